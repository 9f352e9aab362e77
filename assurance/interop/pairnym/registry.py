"""Registered persons (SPEC.md sections 7, 8.2)."""

from .errors import Expired, Misuse
from .parameters import ABSENT, Value


class Registry:
    """Persons, their commitments and values. A real one does each of this in one
    transaction of a database, and may forget a transaction id some time after its
    ticket has expired."""

    POLICIES = ("refused", "same commitment", "allowed")  # of a person who was deleted

    def __init__(self, reenrollment="refused"):
        if reenrollment not in self.POLICIES:
            raise Misuse("reenrollment")
        self.reenrollment = reenrollment
        self.transactions = {}  # transaction id to (person, commitment, registration)
        self.registrations = 0
        self.persons = {}  # person to (commitment, registration)
        self.tombstones = {}  # person to the last commitment
        self.owners = {}  # commitment to person, for ever
        self.values = {}  # person to (name to value)

    def register(self, transaction_id, person, commitment, expiry, now):
        """`expiry` is that of the ticket."""
        if now > expiry:
            raise Expired
        key = commitment.encode()
        done = self.transactions.get(transaction_id)
        if done is not None:
            if done[:2] != (person, key):
                raise Misuse("ticket_used")
            if self.persons.get(person) != done[1:]:
                raise Misuse("person_deleted")
            return
        if person in self.persons:
            raise Misuse("person_registered")
        if person in self.tombstones and not self._admits_again(person, key):
            raise Misuse("person_deleted")
        if self.owners.get(key, person) != person:
            raise Misuse("commitment_registered")
        self.registrations += 1
        self.transactions[transaction_id] = person, key, self.registrations
        self.persons[person] = key, self.registrations
        self.owners[key] = person

    def _admits_again(self, person, key):
        if self.reenrollment == "same commitment":
            return self.tombstones[person] == key
        return self.reenrollment == "allowed"

    def delete(self, person):
        self._refuse_unknown(person)
        self.tombstones[person], _ = self.persons.pop(person)
        self.values.pop(person, None)

    def set_values(self, person, values):
        """Names to values; whatever is not named is absent."""
        self._refuse_unknown(person)
        self.values[person] = values

    def _refuse_unknown(self, person):
        if person not in self.persons:
            raise Misuse("person_unknown")

    def confirms(self, commitment, schema, values):
        """Whether the commitment is registered and these are still the values of
        its person."""
        key = commitment.encode()
        person = self.owners.get(key)
        if person not in self.persons or self.persons[person][0] != key:
            return False
        mine = self.values.get(person, {})
        return all(mine.get(a.name, Value(ABSENT)) == v
                   for a, v in zip(schema, values, strict=True))
