"""Members in Django's admin: users are named, not chosen, so that no list of all of them shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.models import Membership


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A member by username; whose membership it is never changes afterwards, nor where."""

    username = forms.CharField(label=_("user"), max_length=254)

    class Meta:
        model = Membership
        fields = ("tenant", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["username"] = self.instance.user.get_username()
            for name in {"username", "tenant"} & set(self.fields):
                self.fields[name].disabled = True

    def clean_username(self) -> str:
        """Find the user."""
        username: str = self.cleaned_data["username"]
        if not self.instance.pk:
            users = get_user_model()
            user = users._default_manager.filter(**{users.USERNAME_FIELD: username}).first()
            if user is None:
                raise ValidationError(_("There is no user with this name."))
            self.instance.user = user
        return username

    def clean(self) -> dict[str, Any]:
        """Refuse a second membership: in a tenant's own form its constraint is not looked at."""
        data = super().clean() or {}
        tenant = data["tenant"].pk if data.get("tenant") else self.instance.tenant_id
        given = {"tenant_id": tenant, "user_id": self.instance.user_id}
        others = Membership.objects.exclude(pk=self.instance.pk)
        if None not in given.values() and others.filter(**given).exists():
            self.add_error("username", _("They are a member already."))
        return data
