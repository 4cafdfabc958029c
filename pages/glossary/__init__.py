"""The Glossary page: every word of the field that the app uses."""
