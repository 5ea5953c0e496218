"""The score sheet: published settings, trained and measured here."""
