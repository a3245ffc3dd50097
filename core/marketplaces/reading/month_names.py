"""Month names in the languages of the marketplaces: English, German, French, Italian, Spanish."""

from __future__ import annotations

_NAMES = """
jan january | feb february | mar march | apr april | may | jun june
jul july | aug august | sep sept september | oct october | nov november | dec december

jan jän januar jänner | feb februar | mär mrz märz | apr april | mai | jun juni
jul juli | aug august | sep sept september | okt oktober | nov november | dez dezember

janv janvier | févr fév février fevr fevrier | mars | avr avril | mai | juin
juil juillet | août aout | sept septembre | oct octobre | nov novembre | déc décembre dec decembre

gen gennaio | feb febbraio | mar marzo | apr aprile | mag maggio | giu giugno
lug luglio | ago agosto | set settembre | ott ottobre | nov novembre | dic dicembre

ene enero | feb febrero | mar marzo | abr abril | may mayo | jun junio
jul julio | ago agosto | sep sept septiembre | oct octubre | nov noviembre | dic diciembre
"""

MONTHS: dict[str, int] = {
    name: number
    for language in _NAMES.strip().split("\n\n")
    for number, names in enumerate(language.replace("\n", "|").split("|"), start=1)
    for name in names.split()
}
"""Number of the month by its name or abbreviation in lower case."""
