#!/usr/bin/env bash
# papaparse 5.7.1 (Node) and clevercsv 0.8.5 (Python): both find out the separator of a CSV file by themselves. The files are
# valid exports of HubSpot's companies, separated by commas, with the ids of the associated contacts in one cell, between
# semicolons (`associations.contacts`), as HubSpot writes several values of a property too.
#
# Expected: both read each file with commas, as papaparse 5.5.4 does. Each line has the same number of commas, and the line
# with the names of the columns has no semicolon.
# Seen: papaparse 5.7.1 reads the export of 2 companies with semicolons. The names of all columns become one name, and
# nothing has an `id`. It throws nothing; `errors` has TooManyFields, where it had TooFewFields for the end of the file. The
# same file with 20 companies is read with commas, and so is the short one without its last line end or with
# `skipEmptyLines`. Since 5.5.5 the guess takes the separator whose number of cells changes least from line to line, and the
# end of a file of less than ten lines counts as a line with one cell. That is a change of 7 for the comma, and of 4 for the
# semicolon with its first line. So a wide export of few records is lost. clevercsv is the other way round: it reads a short
# list of companies with their contacts with commas and a long one with semicolons, and reports no error.
#
# Output, seen twice with Node 20.20.2 and Python 3.11.7:
#   papaparse 5.5.4, 2 companies: "," 8 columns, id 98765432100, TooFewFields
#   papaparse 5.7.1, 2 companies: ";" 1 columns, id undefined, TooManyFields TooManyFields
#   papaparse 5.7.1, 2 companies without the last line end: "," 8 columns, id 98765432100
#   papaparse 5.7.1, 2 companies with skipEmptyLines: "," 8 columns, id 98765432100
#   papaparse 5.7.1, 20 companies: "," 8 columns, id 98765432100, TooFewFields
#   clevercsv 0.8.5, 2 links: ',' 2 columns
#   clevercsv 0.8.5, 20 links: ';' 1 columns
#
# What follows: a program that reads exports of a CRM has to name the separator (`delimiter: ","`, `delimiter=","`). A test
# with one size of export does not show the fault, and with papaparse a patch release brought it. Needs npm, python3 with
# venv, and the registries of the two. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > write.py <<'PY'
def write(name, columns, rows):
    with open(name, "w", newline="") as file:
        file.write("".join(",".join(row) + "\r\n" for row in [columns, *rows]))


def contacts(number):
    return ";".join(str(51000000000 + 10 * number + contact) for contact in range(3))


def company(number):
    return [
        str(98765432100 + number), f"Example {number}", "example.com", "Berlin", "+49 30 123456", "71000", "customer",
        contacts(number),
    ]


columns = ["id", "name", "domain", "city", "phone", "hubspot_owner_id", "lifecyclestage", "associations.contacts"]
for count in (2, 20):
    write(f"companies-{count}.csv", columns, [company(number) for number in range(count)])
    links = [[str(98765432100 + number), contacts(number)] for number in range(count)]
    write(f"links-{count}.csv", ["id", "associations.contacts"], links)
PY
python3 write.py

npm install --silent --no-fund --no-audit older@npm:papaparse@5.5.4 papaparse@5.7.1 > /dev/null
cat > read.cjs <<'JS'
const fs = require("node:fs");

function show(version, text, label, options) {
  const Papa = require(version === "5.5.4" ? "older" : "papaparse");
  const read = Papa.parse(text, { header: true, ...options });
  const columns = `${read.meta.fields.length} columns, id ${read.data[0].id}`;
  const errors = read.errors.map((error) => ` ${error.code}`).join("");
  console.log(`papaparse ${version}, ${label}: "${read.meta.delimiter}" ${columns}${errors && ","}${errors}`);
}

const short = fs.readFileSync("companies-2.csv", "utf8");
show("5.5.4", short, "2 companies");
show("5.7.1", short, "2 companies");
show("5.7.1", short.trimEnd(), "2 companies without the last line end");
show("5.7.1", short, "2 companies with skipEmptyLines", { skipEmptyLines: true });
show("5.7.1", fs.readFileSync("companies-20.csv", "utf8"), "20 companies");
JS
node read.cjs > seen

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check clevercsv==0.8.5
cat > read.py <<'PY'
import clevercsv

for count in (2, 20):
    name = f"links-{count}.csv"
    delimiter = clevercsv.detect_dialect(name).delimiter
    columns = len(clevercsv.read_table(name)[0])
    print(f"clevercsv {clevercsv.__version__}, {count} links: {delimiter!r} {columns} columns")
PY
python/bin/python read.py >> seen

cat seen
diff seen - <<'TEXT'
papaparse 5.5.4, 2 companies: "," 8 columns, id 98765432100, TooFewFields
papaparse 5.7.1, 2 companies: ";" 1 columns, id undefined, TooManyFields TooManyFields
papaparse 5.7.1, 2 companies without the last line end: "," 8 columns, id 98765432100
papaparse 5.7.1, 2 companies with skipEmptyLines: "," 8 columns, id 98765432100
papaparse 5.7.1, 20 companies: "," 8 columns, id 98765432100, TooFewFields
clevercsv 0.8.5, 2 links: ',' 2 columns
clevercsv 0.8.5, 20 links: ';' 1 columns
TEXT
