"""What somebody has to do before anything else at the desk is open."""

from sqlmodel import Session

from registry.models import Account
from registry.rules.permissions import Holder
from registry.settings import get_setting
from registry.vocab.desk_words import Role

PASSWORD, SECOND_FACTOR = "/account/password", "/account/second-factor"


def first_to_do(session: Session, account: Account, holder: Holder) -> str:
    """The page below which it is done; "" where there is nothing to do first."""
    if account.must_change_password:
        return PASSWORD
    is_administrator = any(grant.role == Role.ADMINISTRATOR for grant in holder.grants)
    if is_administrator and account.second_factor_on is None:
        return SECOND_FACTOR if get_setting(session, "second_factor_demanded") == "yes" else ""
    return ""
