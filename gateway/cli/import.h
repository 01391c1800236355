/* `qao admin import`: officers of an existing register, registered from a table (docs/PROTOCOL-ACCESS.md, section 5). */
#ifndef GATEWAY_CLI_IMPORT_H
#define GATEWAY_CLI_IMPORT_H

int cli_import_run(int argc, char **argv);

#endif
