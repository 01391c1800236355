#!/usr/bin/env python3
"""Turns schema/queries/*.sql into a C header and source: one enumerator, name and text for each file.

usage: embed.py MIGRATIONS_DIR OUT.h OUT.c DEPFILE QUERY.sql...
The number of the newest migration goes into the header, so that a program knows the schema it was built for; the folder
of migrations is a dependency, so that a new file in it makes the header anew."""
import os
import re
import sys


def c_string(text):
    lines = []
    for line in text.splitlines():
        escaped = line.replace('\\', '\\\\').replace('"', '\\"')
        lines.append('    "%s\\n"' % escaped)
    return '\n'.join(lines)


def main():
    migrations, header, source, depfile = sys.argv[1:5]
    queries = sorted(sys.argv[5:])
    numbers = [int(m.group(1)) for m in (re.match(r'(\d{4})-.*\.sql$', n) for n in os.listdir(migrations)) if m]
    names = [os.path.basename(path)[:-len('.sql')] for path in queries]
    with open(header, 'w', encoding='utf-8') as out:
        out.write('/* Made from schema/queries/ by schema/store/embed.py. */\n'
                  '#ifndef SCHEMA_STORE_STATEMENTS_H\n#define SCHEMA_STORE_STATEMENTS_H\n\n'
                  'enum { STORE_SCHEMA_VERSION = %d };\n\n' % max(numbers))
        out.write('enum store_statement {\n')
        for name in names:
            out.write('    STORE_STATEMENT_%s,\n' % name.upper())
        out.write('    STORE_STATEMENT_COUNT\n};\n\n'
                  'struct store_statement_text {\n    const char *name;\n    const char *sql;\n};\n\n'
                  'extern const struct store_statement_text store_statements[STORE_STATEMENT_COUNT];\n\n#endif\n')
    with open(source, 'w', encoding='utf-8') as out:
        out.write('/* Made from schema/queries/ by schema/store/embed.py. */\n'
                  '#include "schema/store/statements.h"\n\n'
                  'const struct store_statement_text store_statements[STORE_STATEMENT_COUNT] = {\n')
        for name, path in zip(names, queries):
            with open(path, encoding='utf-8') as sql:
                # Comments stay in the file: the server has no use for them.
                text = '\n'.join(line for line in sql.read().splitlines() if not line.startswith('--'))
            out.write('{"%s",\n%s},\n' % (name, c_string(text)))
        out.write('};\n')
    with open(depfile, 'w', encoding='utf-8') as out:
        out.write('%s: %s\n' % (header.replace(' ', '\\ '), os.path.abspath(migrations).replace(' ', '\\ ')))


main()
