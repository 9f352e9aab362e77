"""Acts: answers to a request with a statement, verified again (SPEC.md section
13.1)."""

from . import login, present
from .errors import Misuse
from .request import LOGIN, PRESENTATION


def _refuse(request, wanted):
    if request.statement is None:
        raise Misuse("no_statement")
    if request.wanted != wanted:
        raise Misuse("wrong_answer")


def check_presentation(request, presentation, parameters):
    """`parameters` are those of the slot that is shown."""
    _refuse(request, PRESENTATION)
    present.check_place(request, presentation)
    if parameters.authority_id != request.authority_id:
        raise Misuse("foreign_authority")
    present.check({parameters.params_id: parameters}, request, presentation)


def check_login(request, answer):
    _refuse(request, LOGIN)
    login.check(request, answer)
