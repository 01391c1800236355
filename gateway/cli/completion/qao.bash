# bash completion for qao. Commands and options come from the program's own --help, so nothing is listed twice.

_qao_words() {
    # The first column of "  word  text" lines, options or commands.
    "${COMP_WORDS[0]}" "$@" --help 2>/dev/null | sed -n "s/^  \($_qao_pattern\)\( .*\)\{0,1\}\$/\1/p"
}

_qao_people() {
    local instance=${QAO_INSTANCE:-instance} i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == --instance ]] && instance=${COMP_WORDS[i + 1]}
    done
    [[ -d $instance/people ]] && (cd "$instance/people" && printf '%s\n' */ | tr -d /)
}

_qao() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} _qao_pattern
    local -a path=()
    local i
    for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
        [[ ${COMP_WORDS[i]} == -* ]] && break
        path+=("${COMP_WORDS[i]}")
    done
    COMPREPLY=()
    case $previous in
    --basis) mapfile -t COMPREPLY < <(compgen -W 'operative_search covert_investigation search_measures other_duties' -- "$current") && return ;;
    --duty) mapfile -t COMPREPLY < <(compgen -W 'app4.1 app4.2 app4.3 app4.4 app4.5 app5.1 app5.2 app6.1 app7.1' -- "$current") && return ;;
    --encoding) mapfile -t COMPREPLY < <(compgen -W 'utf-8 windows-1251 kz-1048' -- "$current") && return ;;
    --lang) mapfile -t COMPREPLY < <(compgen -W 'kk ru en' -- "$current") && return ;;
    --as) mapfile -t COMPREPLY < <(compgen -W "$(_qao_people)" -- "$current") && return ;;
    --instance | --dir | --save) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    --cert | --key | --p12 | --tls-cert | --tls-key | --tls-p12 | --password-file | --signed | --vkey | --known | --out | --leaf | --ca | --list | --scan | --form | --act | --kk | --ru | --graph)
        mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    esac
    if [[ $current == -* ]]; then
        _qao_pattern='--[a-z0-9-]*'
        mapfile -t COMPREPLY < <(compgen -W "$(_qao_words "${path[@]}")" -- "$current")
        return
    fi
    case ${#path[@]}:${path[0]:-} in
    0: | 1:apply | 1:admin | 1:audit | 1:log | 1:crl)
        _qao_pattern='[a-z][a-z-]*'
        mapfile -t COMPREPLY < <(compgen -W "$(_qao_words "${path[@]}")" -- "$current")
        ;;
    1:agree) mapfile -t COMPREPLY < <(compgen -W show -- "$current") ;;
    1:services) mapfile -t COMPREPLY < <(compgen -W 'show check document' -- "$current") ;;
    1:policy) mapfile -t COMPREPLY < <(compgen -W 'table decide explain check diff enumerate' -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}

complete -o filenames -F _qao qao
