"""What is said of a command: one declaration, and everything that shows or runs commands is made of it.

Nothing but values, and the standard library alone: `cogsheet --version` and a press of a button in a broken
installation read it before anything else is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from addin.commands.registry.guide import Guide


class Group(StrEnum):
    """Where a command stands: on tab Cogsheet, in the help of the command line, in docs/commands.md."""

    SETTLEMENTS = "Settlements"
    COSTS = "Costs"
    REPORTS = "Reports"
    CLOSE = "Close"
    SETUP = "Setup"
    DEMO = "Demo"
    """Commands alone; no group of the ribbon."""


class Selects(Enum):
    """Which settlements a command is for: those selected in Excel, or named after the workbook."""

    NOTHING = "nothing"
    SETTLEMENTS = "settlements"
    """In Excel at least one must be selected; the command line may be more generous (`Command.without`)."""
    SETTLEMENTS_OR_ALL = "settlements or all"
    """In Excel too, all are meant where none is selected; the outcome says which."""
    TYPED = "typed"
    """Only the command line names settlements; the button goes by what its own sheet shows."""


class OptionKind(Enum):
    """What is typed behind an option."""

    FLAG = "flag"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    """A `datetime.date`, typed as 2026-08-31."""
    FILE = "file"
    FOLDER = "folder"
    PATH = "path"
    EXISTING_FOLDER = "existing folder"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the command line, which its action takes as a keyword argument."""

    flag: str
    """As it is typed: `--accept-proposals`."""
    help: str
    kind: OptionKind = OptionKind.FLAG
    name: str = ""
    """The action's parameter; made of the flag if left out."""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    """The only texts that are taken."""
    becomes: str = ""
    """`module:function`, which makes of each typed text what the action takes."""
    default: str | None = None
    many: bool = False
    """Whether it may be given several times: the action takes a tuple."""
    required: bool = False

    @property
    def parameter(self) -> str:
        """The action's parameter."""
        return self.name or self.flag.removeprefix("--").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands behind the command without a flag; settlement ids and workbook are not declared (`Command`)."""

    name: str
    """The action's parameter."""
    metavar: str
    kind: OptionKind = OptionKind.TEXT
    many: bool = False
    required: bool = True

    @property
    def parameter(self) -> str:
        """The action's parameter."""
        return self.name

    becomes = ""
    """Nothing is made of what is typed."""


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options that the action takes as one value."""

    parameter: str
    type: str
    """`module:class` of a dataclass; the options that have a field's name are put into it."""


@dataclass(frozen=True, slots=True)
class Tip:
    """What a command does, in a bookkeeper's words: screen tip of its button, help of the command line, docs."""

    title: str
    """One line without a full stop, at most 60 characters."""
    text: str
    """A few sentences; Excel takes 1,023 characters."""


@dataclass(frozen=True, slots=True)
class Button:
    """How a command stands on the ribbon."""

    label: str
    icon: str
    """One that is built into Office (`imageMso`)."""
    large: bool = False


@dataclass(frozen=True, slots=True)
class Asks:
    """What is asked when the button is pressed; the command line has options for the same."""

    files: bool = False
    """Excel's own dialog chooses settlement files."""
    text: str = ""
    """A question that is answered in words before Python starts."""
    into: str = ""
    """The action's parameter that takes those words."""
    confirm: str = ""
    """A question that OK agrees to; `{settlements}` stands for those that are selected."""
    refused: str = ""
    """`module:function` for what only a refusal shows must be asked; it is given desk and error, and returns the
    options with which it is tried again, nothing where it is not to be. Other errors it raises."""
    dialogue: str = ""
    """`module:function` for what needs more than one question; it is given desk and settlements, and acts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Everything that is said of one command. Add one to a module of its group, and it is everywhere."""

    name: str
    """Typed after `cogsheet`, given to `addin.ribbon.run`. Never changed: workbooks made earlier call it."""
    group: Group
    tip: Tip
    action: str = ""
    """`module:function`, imported when the command runs. It is given the desk, `ids` where it selects settlements, and
    the options by name; it returns an `Outcome`. Empty for what the workbook's VBA does by itself."""
    button: Button | None = None
    """`None` for what only makes sense outside Excel."""
    options: tuple[Argument | Option, ...] = ()
    gathers: OptionGroup | None = None
    selects: Selects = Selects.NOTHING
    without: str = ""
    """Which settlements are meant where none is named; empty where they must be."""
    asks: Asks = Asks()
    shows: str = ""
    """The sheet that is brought to the front after a press, by the name that the template gives it."""
    changes_costs: bool = False
    """Whether cells with FINALE_ functions are recalculated after a press."""
    at_desk: bool = True
    """Whether it works on an open workbook and its books; else the action is given the options alone."""
    sees_altered: bool = False
    """Whether it also works on books of which another program altered rows; nothing typed on a sheet is taken over
    then."""
    guide: Guide | None = None
    """What a terminal says of it; `None` only for what the workbook's VBA does by itself."""
    epilog: str = ""
    """`module:function` that returns what stands below the options in the help of the command line."""
    notes: str = ""
    """More of it for docs/commands.md, in Markdown."""

    @property
    def button_id(self) -> str:
        """The name of its button in the ribbon and in its VBA."""
        return "cogsheet" + "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def references(self) -> tuple[str, ...]:
        """Everything that is imported only when the command runs, as `module:name`."""
        made = (one.becomes for one in self.options)
        gathered = self.gathers.type if self.gathers else ""
        asking = (self.asks.dialogue, self.asks.refused)
        return tuple(filter(None, (self.action, *asking, self.epilog, gathered, *made)))

    def arguments(self, typed: dict[str, Any]) -> dict[str, Any]:
        """Return what the action takes, of what was typed.

        Args:
            typed: A value for each option, by parameter: texts, numbers, paths, truths, days.
        """
        made = {one.parameter: _made(one.becomes, typed[one.parameter]) for one in self.options}
        if self.gathers is None:
            return made
        kind = load(self.gathers.type)
        names = {field.name for field in fields(kind)}
        apart = {name: value for name, value in made.items() if name not in names}
        return {**apart, self.gathers.parameter: kind(**{k: v for k, v in made.items() if k in names})}


def _made(becomes: str, value: object) -> object:
    if not becomes or value is None:
        return value
    make = load(becomes)
    return tuple(map(make, value)) if isinstance(value, tuple) else make(value)


def load(reference: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what a reference names: `addin.commands.costs.resolving:resolve`."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
