# Starts a private PostgreSQL, waits until no program uses it any more, and stops it.
#   $1 folder of pg_ctl   $2 the cluster's folder   $3 "keep" or "delete" the files at the end   $4 folder of the socket
# Standard input is guardian.lock, locked: the lock lives exactly as long as this process and what it runs.
pg_ctl=$1/pg_ctl data=$2/data users=$2/users
umask 077
exec >"$2/guardian.log" 2>&1

# Opening for reading alone would wait for a program; programs may have died already.
exec 4<>"$users" 3<"$users" 4>&-

# A server whose guardian was killed is still there: adopt it. The server must not hold the pipe or the lock.
if ! "$pg_ctl" -D "$data" status </dev/null >/dev/null 2>&1 3<&-; then
    # The guardian before may have removed it after a program made it; below /tmp, somebody else may be there by now.
    [ -d "$4" ] || mkdir -m 700 "$4"
    [ -O "$4" ] || exit 1
    "$pg_ctl" -D "$data" -l "$2/log" -w -t 120 start </dev/null 3<&- || exit 1
fi
echo $$ >"$2/guardian.lock"
trap '' HUP INT TERM

# Each program writes one line when it comes and is answered by a file. The pipe ends when the last program has gone.
while read -r user <&3; do
    : >"$2/joined.$user"
done
exec 3<&-

"$pg_ctl" -D "$data" -m fast -w -t 120 stop
rmdir "$4"
if [ "$3" = delete ]; then
    rm -rf "$data"
fi
