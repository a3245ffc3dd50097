"""What the sheets and the workbooks to hand on show, as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from addin.sheets.setup import FinaleSide
    from core.books.books import Books
    from core.books.later_readings import ReadAnew
    from core.books.reclassifications import Reclassification


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the sheets show."""

    books: Books
    journal: pd.DataFrame
    pending_true_ups: pd.DataFrame
    reclassifications: tuple[Reclassification, ...]
    dismissed_reclassifications: tuple[Reclassification, ...]
    batches: pd.DataFrame
    saved_values: pd.DataFrame
    mapping_origins: pd.DataFrame
    finale: FinaleSide
    read_anew: ReadAnew
