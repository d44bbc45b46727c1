//! Completion in shells: the scripts, and the words that can follow.

use clap::Command;

use super::command;
use crate::failure::Failure;

/// The shells that there is a script for.
pub(super) const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Returns the script for a shell. It asks the program for the words that can follow.
pub(crate) fn script(shell: &str) -> Result<&'static str, Failure> {
    match shell {
        "bash" => Ok("\
_crm() {
    local IFS=$'\\n'
    COMPREPLY=($(crm complete -- \"${COMP_WORDS[@]:0:COMP_CWORD+1}\" 2>/dev/null))
}
complete -o default -F _crm crm
"),
        "zsh" => Ok("\
#compdef crm
_crm() {
    local -a found
    found=(${(f)\"$(crm complete -- \"${words[@]:0:$CURRENT}\" 2>/dev/null)\"})
    compadd -a found
}
compdef _crm crm
"),
        "fish" => Ok("complete -c crm -f -a '(crm complete -- (commandline -opc) \"$(commandline -ct)\")'\n"),
        other => Err(Failure::usage(format!("there is no script for {other}; there are {}", SHELLS.join(", ")))),
    }
}

/// Returns the words that can take the place of the last one, a line each.
pub(crate) fn candidates(words: &[String]) -> String {
    let Some((last, before)) = words.split_last() else { return String::new() };
    let mut here = command(before);
    for word in before.iter().skip(1) {
        if let Some(inner) = here.find_subcommand(word).cloned() {
            let shared: Vec<_> = here.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
            here = inner.args(shared);
        }
    }
    let mut found: Vec<String> = here.get_subcommands().filter(|inner| !inner.is_hide_set()).map(name).collect();
    found.extend(here.get_arguments().filter_map(|arg| arg.get_long()).map(|long| format!("--{long}")));
    // Options are shown if one is begun, or if nothing else can follow.
    let begun = |one: &String| one.starts_with(last.as_str()) && (last.starts_with('-') || !one.starts_with('-'));
    let mut shown: Vec<&String> = found.iter().filter(|one| begun(one)).collect();
    if shown.is_empty() && last.is_empty() {
        shown = found.iter().collect();
    }
    shown.into_iter().map(|one| format!("{one}\n")).collect()
}

fn name(command: &Command) -> String {
    command.get_name().to_owned()
}
