#!/bin/sh
# Backup of Usher's database, its restoration, and the drill that shows that both work. docs/upgrade.md says when to use
# which; tests/integration/test_lane_command.py runs all three.
#   usher-backup.sh dump FILE       the schema `usher` in one consistent snapshot, while everything runs
#   usher-backup.sh restore FILE    into the database of USHER_POSTGRES_DSN, which must not hold the schema yet
#   usher-backup.sh drill FILE      into a database of its own, which is dropped again: would this backup do, and what
#                                   would be lost and repeated if it had to be used now? Exit 1 if it would not do
# It needs pg_dump, pg_restore and psql of the server's version or a newer one, and `usher` (or USHER=...), and takes
# USHER_POSTGRES_DSN or USHER_POSTGRES_DSN_FILE and the rest from the environment, as every command does. The user may
# stand in USHER_POSTGRES_USER, the password in USHER_POSTGRES_PASSWORD or the file of USHER_POSTGRES_PASSWORD_FILE.
set -eu
umask 077   # a dump holds what customers wrote

usage() {
    sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

[ $# -eq 2 ] || usage
what=$1 file=$2
usher=${USHER:-usher}
if [ -n "${USHER_POSTGRES_DSN_FILE:-}" ]; then
    USHER_POSTGRES_DSN=$(cat "$USHER_POSTGRES_DSN_FILE")
    export USHER_POSTGRES_DSN
    unset USHER_POSTGRES_DSN_FILE   # both at once are refused
fi
dsn=${USHER_POSTGRES_DSN:?USHER_POSTGRES_DSN names the database}

# To libpq a DSN's login goes before PGUSER and PGPASSWORD: what these replace is taken out. Its place before the @, its
# name among the options.
take_out() {
    dsn=$(printf '%s' "$dsn" | sed -E -e "$1" -e 's,^([^/]*//)@,\1,' -e ':more' -e "s,([?&])$2=[^&]*&?,\1," -e 't more')
}

if [ -n "${USHER_POSTGRES_USER:-}" ]; then
    take_out 's,^([^/]*//)[^:@/?]*(:[^@/?]*)?@,\1\2@,' user
fi
if [ -n "${USHER_POSTGRES_PASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$USHER_POSTGRES_PASSWORD_FILE")
    export PGPASSWORD
elif [ -n "${USHER_POSTGRES_PASSWORD:-}" ]; then
    export PGPASSWORD="$USHER_POSTGRES_PASSWORD"
fi
if [ -n "${USHER_POSTGRES_PASSWORD_FILE:-}${USHER_POSTGRES_PASSWORD:-}" ]; then
    take_out 's,^([^/]*//[^:@/?]*):[^@/?]*@,\1@,' password
fi
if [ -n "${USHER_POSTGRES_USER:-}${USHER_POSTGRES_PASSWORD_FILE:-}${USHER_POSTGRES_PASSWORD:-}" ]; then
    export PGUSER="${USHER_POSTGRES_USER:-usher}"   # where nothing names a user but a password is given: as the services
fi

# The DSN with another database, its options kept: scheme://user@host:port/NAME?options
of_database() {
    printf '%s' "$dsn" | sed -E "s,^([^/]*//[^/?]*)(/[^?]*)?,\1/$1,"
}

# All or nothing, and nothing over what is there.
fill() {
    if [ "$(psql "$1" -XAtc "SELECT count(*) FROM pg_namespace WHERE nspname = 'usher'")" != 0 ]; then
        echo "usher-backup: the database holds the schema usher already: restore into an empty one" >&2
        exit 2
    fi
    pg_restore --dbname="$1" --no-owner --no-privileges --exit-on-error --single-transaction "$file"
}

case $what in
dump)
    pg_dump --dbname="$dsn" --schema=usher --format=custom --no-owner --no-privileges --file="$file.part"
    mv "$file.part" "$file"   # a file of this name is whole
    echo "usher-backup: $file" >&2
    ;;
restore)
    fill "$dsn"
    "$usher" migrate   # a newer version's migrations, and the rights of the services' roles
    echo "usher-backup: restored; now usher lane accept router, then sla: docs/upgrade.md" >&2
    ;;
drill)
    name=usher_drill_$$
    scratch=$(of_database "$name")
    psql "$dsn" -Xqc "CREATE DATABASE $name"
    trap 'psql "$dsn" -Xqc "DROP DATABASE IF EXISTS $name WITH (FORCE)"' EXIT
    fill "$scratch"
    export USHER_POSTGRES_DSN="$scratch"
    "$usher" migrate
    "$usher" lane show
    for service in router sla; do
        # Its exit code says whether there is anything to accept, which is no answer here: what it would lose is one.
        said=$("$usher" lane accept "$service") || [ $? -eq 1 ]
        printf '%s\n' "$said"
        if printf '%s\n' "$said" | grep '^lost ' | grep -qv ' nothing$'; then
            echo "usher-backup: with $file something would be lost: see above" >&2
            exit 1
        fi
    done
    echo "usher-backup: $file would do" >&2
    ;;
*)
    usage
    ;;
esac
