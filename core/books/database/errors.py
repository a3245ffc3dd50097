"""What can go wrong with the books, one class per cause.

DatabaseError
├── DatabaseNotFoundError          nothing is there, and nothing is made silently
│   └── ServerLacksDatabaseError   the server answers, and has no database of that name
├── DatabaseExistsError            something is there already, and nothing is overwritten
├── NotADatabaseError              the file or database holds something else
├── ForeignDatabaseError           the books of another company
├── MovedDatabaseError             the books are kept elsewhere since
├── BooksDifferError               what was moved is not what is there
├── DemoStaysError                 the demo's books lie beside its workbook
├── UncopiedTableError             rows that the other database does not keep as they are
├── NewerDatabaseError             written by a later Cogsheet
├── DatabaseInSyncedFolderError    a SQLite file where a sync program or a network would corrupt it
├── DatabaseBusyError              another program is writing
├── WriteConflictError             what was to be stored met what somebody else stored, each time it was tried
├── DatabaseUnreachableError       the PostgreSQL server does not answer or refuses
│   └── PasswordRefusedError       it wants a password, or another one
│       └── PasswordNotTypedError  of the address that was typed just now
├── StoredUnknownError             the connection broke while something was stored, and nobody answers since
├── DatabaseStorageError           the disk is full, or the file may not be written
├── DatabaseDriverMissingError     PostgreSQL support is not installed
├── MigrationFailedError           the tables could not be brought up to date
├── DamagedDatabaseError           the database contradicts itself
├── UnknownWordError               a word where only words of a list are stored
└── UnstorableValueError           an amount, moment or text that cannot be kept exactly
"""

from __future__ import annotations

from core.errors import DatabaseError


class DatabaseNotFoundError(DatabaseError):
    """The books are not where they should be; an empty database is never made in their place."""

    def __init__(self, location: object) -> None:
        super().__init__(
            f"The database {location} was not found. Nothing was created in its place. If it was moved, move it back, "
            "or tell this computer where it is now (command `cogsheet database where`). If it was lost, restore it "
            "from a backup."
        )


class ServerLacksDatabaseError(DatabaseNotFoundError):
    """A server was asked for a database that it does not have."""

    def __init__(self, location: object) -> None:
        super().__init__(location)
        words = (
            f"The server has no database {location}. Nothing was created. Check its name; whoever runs the server "
            "makes an empty one (`CREATE DATABASE name`), and the books are made in that."
        )
        self.args = (words,)


class DatabaseExistsError(DatabaseError):
    """There is something already where new books were to be made."""

    def __init__(self, location: object) -> None:
        super().__init__(f"{location} exists already and was left as it is. Open it, or choose another place.")


class NotADatabaseError(DatabaseError):
    """The file or database was not made by Cogsheet."""

    def __init__(self, location: object) -> None:
        super().__init__(f"{location} is not a Cogsheet database. Nothing in it was changed. Check the path.")


class ForeignDatabaseError(DatabaseError):
    """The database holds the books of another company, or is another database of the same one."""

    def __init__(self, location: object, company: str, expected: str, found: str) -> None:
        super().__init__(
            f"{location} holds the books of {company} (database {found}), but this workbook belongs to database "
            f"{expected}. Nothing was read or written. Open the workbook of {company}, or tell this computer where "
            "this company's own database is (command `cogsheet database where`)."
        )


class MovedDatabaseError(DatabaseError):
    """The books were moved, and what is left here is as they were then."""

    def __init__(self, location: object, company: str, moved_to: str) -> None:
        super().__init__(
            f"The books of {company} are kept at {moved_to} since they were moved there; {location} holds them as they "
            "were before and takes no more changes. Nothing was read or written. Tell this computer where they are "
            "(command `cogsheet database where`)."
        )


class BooksDifferError(DatabaseError):
    """A row is not the same in both databases."""

    def __init__(self, table: str, row: object) -> None:
        super().__init__(
            f"The two databases differ in table “{table}”, row {row}. Nothing was moved: the books stay where they "
            "are. Empty the other database, or choose another place, then try again."
        )


class DemoStaysError(DatabaseError):
    """The demo's books were to be moved."""

    def __init__(self) -> None:
        super().__init__("The demo's books lie beside its workbook and stay there: move the folder, with both in it.")


class UncopiedTableError(DatabaseError):
    """The other database does not take what is there."""

    def __init__(self, table: str, reason: str) -> None:
        super().__init__(
            f"Table “{table}” could not be copied: {reason.strip()}. Nothing was moved: the books stay where they are. "
            "Command Verify names rows that another program altered."
        )


class NewerDatabaseError(DatabaseError):
    """A later version of Cogsheet has migrated the database."""

    def __init__(self, location: object, revision: str) -> None:
        super().__init__(
            f"{location} was last written by a newer Cogsheet (its tables are at version {revision}, which this one "
            "does not know). Update Cogsheet on this machine, then try again."
        )


class DatabaseInSyncedFolderError(DatabaseError):
    """A SQLite file must not lie where a sync program or a network file system handles it."""

    def __init__(self, path: object, where: str) -> None:
        super().__init__(
            f"The database {path} lies {where}. A database file there is sooner or later damaged or split in two. "
            "Keep it in a folder on this computer only, or use PostgreSQL to share it."
        )


class DatabaseBusyError(DatabaseError):
    """Another program held the database for longer than one waits."""

    def __init__(self, location: object, seconds: float) -> None:
        super().__init__(
            f"Another Cogsheet command or user has been writing to {location} for more than {seconds:g} seconds. "
            "Nothing was changed. Wait until it is done, then try again."
        )


class WriteConflictError(DatabaseError):
    """A transaction met another one, and the server stored only the other; it can be repeated as it is."""

    def __init__(self, location: object) -> None:
        super().__init__(
            f"{location} stored what somebody else changed at the same moment, so nothing of this was changed, "
            "although it was tried several times. Try again."
        )


class DatabaseUnreachableError(DatabaseError):
    """The PostgreSQL server gives no access."""

    def __init__(self, location: object, reason: str) -> None:
        super().__init__(f"The database {location} cannot be reached: {reason}. Check server, name, user and password.")


class PasswordRefusedError(DatabaseUnreachableError):
    """The PostgreSQL server wants a password, or another one."""

    def __init__(self, location: object, reason: str) -> None:
        super().__init__(location, reason)
        self.location, self.reason = location, reason
        words = (
            f"The database {location} does not let this computer in: {reason}. Nothing was changed. Tell this computer "
            f"the whole address with the password (command `cogsheet database where`): the password is kept in the "
            f"keyring. Where there is none, set the environment variable COGSHEET_POSTGRESQL_PASSWORD to it."
        )
        self.args = (words,)


class PasswordNotTypedError(PasswordRefusedError):
    """The address of a server that wants a password, or another one, was typed just now."""

    def __init__(self, location: object, reason: str) -> None:
        super().__init__(location, reason)
        words = (
            f"The database {location} needs a password that lets this computer in: {reason}. Nothing was changed. Type "
            f"the same command again with the password in the address, as postgresql://USER:PASSWORD@SERVER/NAME; it "
            f"is kept in the keyring only. Where there is none, set the environment variable "
            f"COGSHEET_POSTGRESQL_PASSWORD to it."
        )
        self.args = (words,)


class StoredUnknownError(DatabaseError):
    """The connection broke while a transaction was stored, and what became of it cannot be asked."""

    def __init__(self, location: object) -> None:
        super().__init__(
            f"The connection to {location} broke at the moment of storing, and since then nobody answers there: all of "
            "it is stored or nothing. Once the server answers, look at sheet Change history before you do it again."
        )


class DatabaseStorageError(DatabaseError):
    """The disk, or the rights to the file, do not allow what was asked."""

    def __init__(self, location: object, reason: str) -> None:
        super().__init__(f"{location} cannot be used: {reason}. Nothing was changed. Fix that, then try again.")


class DatabaseDriverMissingError(DatabaseError):
    """The driver for PostgreSQL is an extra."""

    def __init__(self) -> None:
        super().__init__("Books in PostgreSQL need one more package: install cogsheet[team] instead of cogsheet.")


class MigrationFailedError(DatabaseError):
    """The tables could not be brought up to what this version needs."""

    def __init__(self, location: object, reason: str) -> None:
        super().__init__(
            f"The tables of {location} could not be updated for this version of Cogsheet: {reason}. They are as they "
            "were before. Keep using the version used so far, and report this message."
        )


class DamagedDatabaseError(DatabaseError):
    """The database contradicts itself; going on would make it worse."""

    def __init__(self, location: object, finding: str) -> None:
        super().__init__(f"The database {location} is damaged: {finding}. Restore it from a backup.")


class UnknownWordError(DatabaseError):
    """The books hold a word where this version stores one of a list: another program, or a later version, wrote it."""

    def __init__(self, what: str, word: object) -> None:
        super().__init__(
            f"The books cannot be read: they hold “{word}” as {what}, which this version of Cogsheet does not know. "
            "Nothing was changed. Command Verify names the row. If a later version of Cogsheet wrote it, use that one; "
            "else restore the books from a copy made before that."
        )


class UnstorableValueError(DatabaseError):
    """A value that the database could not give back exactly."""

    def __init__(self, value: object, reason: str) -> None:
        super().__init__(f"{value!r} cannot be stored: {reason}. Nothing was changed.")
