"""pairnym, version 1: a second implementation, written from SPEC.md alone.

It exists to test the specification. It is not constant-time and keeps secrets
in ordinary Python objects: do not use it for real credentials.
"""
