"""The forms of accounts: signing in and up, a new password, a token, and the end of an account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin, UserCreationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User

DEVICE_LENGTH = 100  # characters of a token's device
NAME_HINT = _("Letters, digits and @ . + - _; at most 150 of them.")
PASSWORD_HINT = _("At least 8 characters, not only digits, and no common password.")


class SignInForm(AuthenticationForm):
    """A name and a password. What is wrong with them is one sentence, whichever it is."""

    error_messages = {
        "invalid_login": _("The name or the password is wrong. Capital and small letters differ."),
        "inactive": _("The name or the password is wrong. Capital and small letters differ."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Name")


class DeskForm(SignInForm):
    """The same at the curators' desk, where not everybody may work."""

    error_messages = dict.fromkeys(
        SignInForm.error_messages, _("The name or the password is wrong, or this account may not work here.")
    )

    def confirm_login_allowed(self, user: User) -> None:
        """Raise ValidationError for who is disabled, and for who is no curator."""
        super().confirm_login_allowed(user)
        if not user.is_staff:
            raise self.get_invalid_login_error()


class SignUpForm(UserCreationForm):
    """A name and a password, twice. The instance is the session's guest where there is one."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show no name in the field: a guest's own is not meant to be read."""
        super().__init__(*args, **kwargs)
        self.initial.pop("username", None)
        name, first, second = (self.fields[field] for field in ("username", "password1", "password2"))
        name.label, name.help_text = _("Name"), NAME_HINT
        name.error_messages["unique"] = _("Somebody has this name already.")
        first.help_text = PASSWORD_HINT
        second.label, second.help_text = _("Password again"), ""

    def validate_password_for_user(self, user: User, **_: Any) -> None:
        """Say what is wrong with a password beside the field where it was chosen, not where it was repeated."""
        super().validate_password_for_user(user, "password1")  # type: ignore[misc]

    def save(self, commit: bool = True) -> User:
        """Return the account."""
        self.instance.is_guest = False
        return super().save(commit)


class _ProvenForm(forms.Form):
    """A form that asks for the password once more; a wrong one counts as a failed sign-in."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.user, self.request = user, request
        super().__init__(*args, **kwargs)

    @sensitive_variables("password")
    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if authenticate(self.request, username=self.user.get_username(), password=password) != self.user:
            raise ValidationError(_("This is not your password."), code="password_incorrect")
        return password


class NewPasswordForm(SetPasswordMixin, _ProvenForm):
    """The password of now, and the new one twice."""

    new_password1, new_password2 = SetPasswordMixin.create_password_fields(_("New password"), _("New password again"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HINT
        self.fields["new_password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        self.validate_passwords("new_password1", "new_password2")
        self.validate_password_for_user(self.user, "new_password1")
        return self.cleaned_data

    def save(self) -> User:
        """Set the password and return the user."""
        return self.set_password_and_save(self.user, "new_password1")


class DeletionForm(_ProvenForm):
    """The password, and nothing else."""


class TokenForm(forms.Form):
    """What the owner calls the program or device that the token is for."""

    device = forms.CharField(
        label=_("What is it for?"),
        max_length=DEVICE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("A name to know it by, such as: kitchen radio."),
    )
