"""Writes the customer tables of this folder, and what audiences made of them must hold.

The identifiers come of Python's hashlib and of the package phonenumbers, which share no code with this project. The
same seed gives the same tables; a later release of phonenumbers may find another number valid.
"""

import csv
import hashlib
import random
import re
from dataclasses import dataclass, replace
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberFormat as Format

FOLDER = Path(__file__).parent
MEMBERS = 1_600
COLUMNS = ["customer_id", "email", "phone", "country", "note"]

# Numbers that are set aside for films and examples where a country has such, and otherwise numbers with many zeros.
NUMBERS = {
    "AU": "+61491570{:03}", "BR": "+5511960000{:03}", "DE": "+4915200000{:03}", "ES": "+34600000{:03}",
    "FR": "+33199000{:03}", "GB": "+442079460{:03}", "IT": "+39320000{:04}", "JP": "+819010000{:03}",
    "NL": "+31610000{:03}", "US": "+1{}5550{:03}",
}
US_AREAS = [202, 206, 212, 303, 312, 404, 415, 503, 602, 617]
TRUNK_ZERO = {"AU", "DE", "FR", "GB", "JP", "NL"}
FIRST = "ada alan anita barbara claude donald edsger frances grace hedy joan katherine ken leslie margaret".split()
LAST = "abbott berg costa dubois evans fischer garcia haas ito jansen keller lopez meyer novak okada".split()
DOMAINS = ["example.com", "example.net", "example.org", "post.example", "mail.shop.example"]
NOTES = ["", "", "", "regular", 'calls herself "the boss"', "Berlin, second floor", "a\tb; c"]


@dataclass(frozen=True)
class Person:
    """A customer and the two addresses, in the form in which nobody types them."""
    id: int
    email: str | None
    phone: str | None
    country: str


def normal_email(text):
    text = "".join(text.split()).lower()
    return text if re.fullmatch(r"[^@\s(),:;<>\"\[\]]+@([a-z0-9-]+\.)+[a-z]+", text) else None


def normal_phone(text, country):
    """E.164 when valid; `00` counts as `+` where the text says nothing as it stands."""
    for reading in [text, re.sub(r"^\s*00", "+", text)]:
        try:
            number = phonenumbers.parse(reading, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, Format.E164)
    return None


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def number(choice, country):
    while True:
        if country == "US":
            text = NUMBERS[country].format(choice.choice(US_AREAS), choice.randrange(100, 200))
        else:
            text = NUMBERS[country].format(choice.randrange(1_000))
        if normal_phone(text, country) == text:
            return text


def person(choice, id):
    country = choice.choice(sorted(NUMBERS))
    email = f"{choice.choice(FIRST)}.{choice.choice(LAST)}{id}@{choice.choice(DOMAINS)}"
    if choice.random() < 0.06:
        email = email.replace("@", "+promo@")
    if choice.random() < 0.01:
        email = "jürgen." + email
    phone = number(choice, country) if choice.random() < 0.8 else None
    return Person(id, email if choice.random() < 0.97 else None, phone, country)


def type_email(choice, email):
    """As people type it."""
    if email is None:
        return choice.choice(["", "", " ", "n/a", "-", "none@", "ada(at)example.com", "ada@localhost", "@example.com"])
    local, domain = email.split("@")
    return choice.choice([
        email, email, email, email.upper(), email.title(), f"  {email} ", f"{local} @ {domain}", f"{email}\t",
        f"{local}@\u00a0{domain.capitalize()}", f"{local[:3]} {local[3:]}@{domain}",
    ])


def type_phone(choice, e164, country):
    """As people type it."""
    if e164 is None:
        return choice.choice(["", "", "", " ", "n/a", "unknown", "12", "+1 555", "0000000000", "call the office"])
    parsed = phonenumbers.parse(e164)
    code, digits = parsed.country_code, str(parsed.national_number)
    national = phonenumbers.format_number(parsed, Format.NATIONAL)
    international = phonenumbers.format_number(parsed, Format.INTERNATIONAL)
    forms = [
        e164, international, international.replace(" ", "-"), international.replace(" ", "."), f" {e164} ", national,
        re.sub(r"\D", "", national), national.replace(" ", "/"), f"{national} ext. 12", f"{national} x7",
        f"{international};ext=33", phonenumbers.format_number(parsed, Format.RFC3966), f"00{code}{digits}",
        f"00 {international[1:]}", f"Tel. {international}",
    ]
    if country in TRUNK_ZERO:
        forms.append(f"+{code} (0) {digits}")
    return choice.choice(forms)


def row(choice, person):
    email = type_email(choice, person.email)
    phone = type_phone(choice, person.phone, person.country)
    country = choice.choice([person.country, person.country, person.country.lower(), f" {person.country}"])
    assert normal_email(email) == person.email, email
    assert normal_phone(phone, person.country) == person.phone, (phone, person)
    return [person.id, email, phone, country, choice.choice(NOTES)]


def first_day(choice):
    people = [person(choice, 1 + id) for id in range(MEMBERS)]
    for at in choice.sample(range(200, MEMBERS), 80):  # Households.
        other = people[at - 100]
        if choice.random() < 0.5:
            people[at] = replace(people[at], phone=other.phone, country=other.country)
        else:
            people[at] = replace(people[at], email=other.email)
    return people


def second_day(choice, people):
    people = list(people)
    people[0], people[1] = (  # Two people swap: somebody's phone was filed under somebody else's e-mail.
        replace(people[0], email=people[1].email), replace(people[1], email=people[0].email)
    )
    for at in choice.sample(range(2, MEMBERS), 60):  # New addresses.
        new = person(choice, 10_000 + at)
        people[at] = replace(new, id=people[at].id)
    leavers = set(choice.sample(range(2, MEMBERS), 90))  # Some of them leave a household behind.
    people = [person for at, person in enumerate(people) if at not in leavers]
    people += [person(choice, 20_000 + at) for at in range(110)]  # Joiners.
    choice.shuffle(people)
    return people


def identifiers(people):
    return {
        "email_sha256": {sha256(person.email) for person in people if person.email},
        "phone_sha256": {sha256(person.phone) for person in people if person.phone},
    }


def write_table(choice, name, people, as_row):
    with open(FOLDER / name, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(as_row(choice, person) for person in people)


def hashed_row(choice, person):
    """Hashed beforehand, in upper or lower case."""
    def cell(value):
        digest = sha256(value) if value else ""
        return digest.upper() if choice.random() < 0.5 else digest
    return [person.id, cell(person.email), cell(person.phone), person.country, ""]


def write_lines(name, lines):
    (FOLDER / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def main():
    choice = random.Random(20_260_901)
    day1 = first_day(choice)
    day2 = second_day(choice, day1)
    write_table(choice, "customers_day1.csv", day1, row)
    write_table(choice, "customers_day2.csv", day2, row)
    write_table(choice, "customers_day1_hashed.csv", day1, hashed_row)
    before, after = identifiers(day1), identifiers(day2)
    for kind in before:
        write_lines(f"expected_day1_{kind}.txt", sorted(before[kind]))
        write_lines(f"expected_day2_{kind}.txt", sorted(after[kind]))
        print(kind, len(before[kind]), "then", len(after[kind]),
              "with", len(after[kind] - before[kind]), "added and", len(before[kind] - after[kind]), "removed")
    # What makes the table worth having: a row has gone, and what it held has not.
    ids = {person.id for person in day2}
    gone = [person for person in day1 if person.id not in ids]
    assert any(person.phone and sha256(person.phone) in after["phone_sha256"] for person in gone)
    assert any(person.email and sha256(person.email) in after["email_sha256"] for person in gone)


if __name__ == "__main__":
    main()
