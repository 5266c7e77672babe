"""A user model that shares nothing with Django's but its base."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager["Person"]):
    """Makes people."""

    def create_superuser(self, email: str, password: str) -> "Person":
        """Make somebody who may do everything."""
        person = Person(email=email, is_superuser=True)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser):
    """Somebody."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    email = models.EmailField(unique=True)
    is_superuser = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    objects = People()

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets them in."""
        return self.is_superuser

    def has_perm(self, permission: str, what: Any = None) -> bool:
        """As the admin asks."""
        return self.is_superuser

    def has_module_perms(self, app: str) -> bool:
        """As the admin asks."""
        return self.is_superuser
