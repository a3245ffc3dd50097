"""The goods of the demo business: a small household shop with the SKUs that spreadsheets get wrong."""

from __future__ import annotations

from decimal import Decimal

from sandbox.business.records import Product

_GOODS = """
00123|Dish brush, beech|Kitchen|12.99|3.17
007|Egg timer|Kitchen|9.95|2.20
1E5|Measuring tape 5 m|Tools|11.49|2.86
3-14|Pie tin 31 cm|Kitchen|16.99|5.44
TRUE|Level, true horizontal|Tools|24.50|8.15
=A1-BOLT|Bolt set A1|Tools|13.25|3.62
-20C-PACK|Cool pack -20 °C|Outdoor|8.99|1.74
@HOME-MAT|Door mat HOME|Home|22.00|7.31
4/0-HOOK|Fishing hook 4/0, 25 pcs|Outdoor|7.49|1.13
BIO-S039570363 US|Compost bags 30 l|Home|14.95|4.02
CAFÉ-GRINDER|Café grinder, steel|Kitchen|39.90|14.63
THÉ-VERT-200|Thé vert 200 g|Kitchen|17.50|6.08
抹茶-100G|Matcha 抹茶 100 g|Kitchen|27.95|11.27
GRÖSSE-L|Apron Größe L|Kitchen|21.90|6.49
LAMP-CLIP-BK|Clip lamp, black|Home|18.99|6.37
LAMP-CLIP-WH|Clip lamp, white|Home|18.99|6.37
MUG-BLUE|Enamel mug, blue|Kitchen|10.99|2.91
MUG-RED|Enamel mug, red|Kitchen|10.99|2.91
PAN-24|Frying pan 24 cm|Kitchen|34.99|12.48
PAN-28|Frying pan 28 cm|Kitchen|39.99|14.11
KNIFE-CHEF|Chef's knife 20 cm|Kitchen|49.00|17.92
KNIFE-PARING|Paring knife 9 cm|Kitchen|14.50|4.37
BOARD-OAK|Cutting board, oak|Kitchen|32.50|11.06
TOWEL-3|Tea towels, set of 3|Home|15.99|4.79
BASKET-S|Wicker basket, small|Home|19.50|6.68
BASKET-L|Wicker basket, large|Home|29.50|10.34
TENT-PEG-10|Tent pegs, 10 pcs|Outdoor|9.49|2.15
ROPE-20M|Rope 20 m|Outdoor|16.75|5.21
LANTERN|Camping lantern|Outdoor|26.99|9.87
STOVE-GAS|Gas stove|Outdoor|44.95|18.40
FLASK-750|Vacuum flask 750 ml|Outdoor|25.49|8.93
BOTTLE-500|Drinking bottle 500 ml|Outdoor|13.99|3.58
SAW-FOLD|Folding saw|Tools|23.75|7.76
HAMMER-300|Hammer 300 g|Tools|17.25|5.63
PLIERS|Combination pliers|Tools|19.99|6.95
SCREW-KIT|Screw assortment|Tools|15.49|4.28
DRILL-BITS|Drill bits, 13 pcs|Tools|21.49|7.02
GLOVES-M|Work gloves M|Tools|8.75|1.93
GLOVES-L|Work gloves L|Tools|8.75|1.93
PRESS-COPPER|Copper still press|Kitchen|1899.00|1043.50
LATE-KETTLE|Kettle, late bill|Kitchen|36.99|13.24
LATE-SCALE|Kitchen scale, late bill|Kitchen|28.49|9.16
FOUND-CLOCK|Wall clock, found at stock take|Home|27.50|8.40
GHOST-SHELF|Shelf, sold before it was bought|Home|45.00|19.75
"""

UNMAPPED_SKU = "MYSTERY-SKU"
"""Sold on the marketplace, unknown to Finale."""

RECEIVED_LATE = "LATE-KETTLE"
"""Sold into negative stock, then received: its orders cost 0, its average is known now."""

BILLED_LATE = "LATE-SCALE"
"""Counted into stock without a cost, sold, then billed: its orders have no cost, its average is known now."""

NEVER_BILLED = "FOUND-CLOCK"
"""Counted into stock without a cost and never billed: no cost and no average."""

NEVER_RECEIVED = "GHOST-SHELF"
"""Sold into negative stock and never received: its orders cost 0 and there is no average."""

WITHOUT_TIMELY_COST = (RECEIVED_LATE, BILLED_LATE, NEVER_BILLED, NEVER_RECEIVED)

DEAR = "PRESS-COPPER"
"""Costs more than 1,000, so that its cost is displayed with a thousands separator."""


def catalogue() -> tuple[Product, ...]:
    """Return the products in a fixed order. Every third has a URL that does not hold its product id."""
    return tuple(_product(number, line) for number, line in enumerate(_GOODS.strip().splitlines()))


def _product(number: int, line: str) -> Product:
    sku, description, category, price, cost = line.split("|")
    slug = str(100001 + number) if number % 3 == 0 else sku
    return Product(sku, slug, description, category, Decimal(cost), Decimal(price))
