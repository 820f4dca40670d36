"""The form that makes an account; a guest's row becomes the account, so that nothing is left behind."""

from typing import Any

from django.contrib.auth.forms import UserCreationForm

from accounts.models import User


class SignUpForm(UserCreationForm):
    """A name and a password, twice. The instance is the session's guest where there is one."""

    class Meta:
        model = User
        fields = ("username",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show no name in the field: a guest's own is not meant to be read."""
        super().__init__(*args, **kwargs)
        self.initial.pop("username", None)

    def save(self, commit: bool = True) -> User:
        """Return the account."""
        self.instance.is_guest = False
        return super().save(commit)
