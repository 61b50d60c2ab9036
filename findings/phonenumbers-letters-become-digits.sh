#!/usr/bin/env bash
# phonenumbers 9.0.43, the Python port of libphonenumber: any three letters after six digits make a valid Polish number. A number
# written „512 345 kom" (a mobile, its last digits forgotten) parses, is valid, and is formatted with digits that nobody wrote.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$folder/venv/bin/python" - <<'PYTHON'
import phonenumbers

number = phonenumbers.parse("512 345 kom", "PL")
seen = (phonenumbers.is_valid_number(number), phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
print("phonenumbers", phonenumbers.__version__, "reads '512 345 kom' as", seen)
assert seen == (True, "+48512345566"), seen
PYTHON
