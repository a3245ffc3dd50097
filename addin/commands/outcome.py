"""What a button has to say when it is done; ribbon and command line each show it in their way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one button or command."""

    message: str
    """What happened, to which rows, and what to do next."""
    needs_attention: bool = False
    """Whether the data needs a person: exit status 1 (docs/commands.md)."""
    data: dict[str, object] = field(default_factory=dict)
    """The same for programs: what `--json` prints."""
    stopped: bool = False
    """Whether it could not be finished: exit status 2, and what was done until then is kept and shown."""

    at_terminal: str = ""
    """What a terminal says beside it: the option for what a button asks."""
    leads_on: bool = True
    """Whether what usually comes next comes next (`Guide.then`): not where nothing new came."""

    def with_more(self, sentence: str, *, at_terminal: str = "") -> Outcome:
        """Return the same with one more sentence, and what a terminal says beside it."""
        ways = "\n".join(filter(None, (self.at_terminal, at_terminal)))
        return replace(self, message=f"{self.message}\n{sentence}", at_terminal=ways)

    @property
    def exit_status(self) -> int:
        """0 done, 1 the data needs attention, 2 it could not be finished."""
        return 2 if self.stopped else int(self.needs_attention)
