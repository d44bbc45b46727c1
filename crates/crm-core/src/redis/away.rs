//! Reasons why Redis cannot be used, and advice.

use std::borrow::Cow;
use std::fmt;

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

/// The kinds of reasons, each of which is reported once until it is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It cannot be reached, does not answer in time, or closes the connection.
    Unreachable,
    /// It reports that it cannot work now.
    Unable,
    /// It is a replica.
    ReadOnly,
    Credentials,
    /// It is not Redis.
    Nonsense,
    TooOld,
    /// Its ACL does not allow enough.
    Acl,
    /// It does not have a command.
    Refused,
    /// It is one node of a cluster, and these keys are on another node.
    Cluster,
    /// The data under the keys does not have the form that the script needs.
    Data,
}

/// Reason why Redis cannot be used, in a text without secrets.
#[derive(Debug, Clone)]
pub(crate) struct Away {
    why: Why,
    reason: Cow<'static, str>,
    may_act: bool,
    of_the_account: bool,
}

impl Away {
    pub(crate) fn new(why: Why, reason: impl Into<Cow<'static, str>>) -> Self {
        let of_the_account = matches!(why, Why::Acl | Why::Refused | Why::TooOld | Why::Cluster | Why::Data);
        Self { why, reason: reason.into(), may_act: false, of_the_account }
    }

    /// Creates the error for a reply that the script cannot return.
    pub(crate) fn nonsense() -> Self {
        Self::new(Why::Nonsense, "its replies are not those of Redis; check that the address is that of Redis")
    }

    pub(super) fn from_error(error: &RedisError, rules: &str) -> Self {
        let (code, detail) = (error.code().unwrap_or_default(), error.detail().unwrap_or_default());
        // Redis 6.2 reports what failed inside a script as ERR, and the rest as text.
        let inside = detail.contains("user_script");
        let says = |word: &str| {
            let in_words =
                || if word.contains(' ') { detail.contains(word) } else { words(detail).any(|one| one == word) };
            code == word || (inside && in_words())
        };
        let any = |words: &[&str]| words.iter().any(|word| says(word));
        let told =
            || if code.is_empty() { detail.to_owned() } else { format!("{code} {detail}").trim_end().to_owned() };
        let away = |why, reason: &'static str| Self::new(why, reason);

        // A long command without a password is answered with an error about its length.
        let unknown = detail.contains("unauthenticated");
        if any(&["WRONGPASS", "NOAUTH"]) || unknown || error.kind() == ErrorKind::AuthenticationFailed {
            return away(Why::Credentials, "it refuses the credentials; check user and password of its address");
        }
        if any(&["NOPERM", "ACL failure", "can't run this command", "can't access at least one of the keys"]) {
            let reason = format!("its ACL is too narrow; allow what is needed with: ACL SETUSER <user> {rules}");
            return Self::new(Why::Acl, reason);
        }
        if says("READONLY") {
            return away(Why::ReadOnly, "it is a read-only replica; its address must lead to the primary");
        }
        if any(&["MOVED", "ASK", "CROSSSLOT", "non local key"]) {
            let reason = if cfg!(feature = "redis-cluster") {
                "it is one node of a Redis Cluster whose other nodes cannot be reached"
            } else {
                "it is one node of a Redis Cluster, which needs the feature `redis-cluster`"
            };
            return away(Why::Cluster, reason);
        }
        if any(&["LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF", "OOM", "BUSY", "DENIED"])
            || error.kind() == ErrorKind::ClusterConnectionNotFound
        {
            return Self::new(Why::Unable, format!("it cannot work now: {}", told_or(error, told())));
        }
        if inside && detail.contains("syntax error") {
            return away(Why::TooOld, "it does not support a command; Redis 6.2, Valkey 8 or newer is required");
        }
        if detail.to_ascii_lowercase().contains("unknown") && detail.contains("command") {
            let reason = "it does not have a command that is needed, or has it under another name; \
                          let it run EVAL, EVALSHA and the commands of the documented ACL";
            return away(Why::Refused, reason);
        }
        if inside || code == "WRONGTYPE" {
            let reason = format!("its data cannot be used; remove the keys of the account from Redis ({})", told());
            return Self::new(Why::Data, reason);
        }
        match error.kind() {
            ErrorKind::MasterNameNotFoundBySentinel => away(
                Why::Unable,
                "Sentinel has no primary of the given name; check the name behind the last slash of the address",
            ),
            ErrorKind::Parse | ErrorKind::UnexpectedReturnType => Self::nonsense().that_may_act(),
            ErrorKind::Server(ServerErrorKind::ResponseError) | ErrorKind::Extension => {
                Self::new(Why::Unable, format!("it answers: {}", told()))
            }
            _ => Self::new(Why::Unreachable, told_or(error, told())).that_may_act(),
        }
    }

    pub(crate) fn why(&self) -> Why {
        self.why
    }

    /// Returns true if the script may have been run, or may still be run.
    pub(crate) fn may_act(&self) -> bool {
        self.may_act
    }

    pub(super) fn that_may_act(self) -> Self {
        Self { may_act: true, ..self }
    }

    /// Marks the error as that of one node of a cluster. The other nodes may work.
    pub(super) fn of_a_node(self) -> Self {
        Self { of_the_account: true, ..self }
    }

    pub(super) fn before_sending(self) -> Self {
        Self { may_act: false, ..self }
    }

    /// Returns true if the same call may work for the keys of another account.
    pub(crate) fn is_of_the_account(&self) -> bool {
        self.of_the_account
    }

    /// Returns true if a new connection may lead to a server that can run the call.
    pub(super) fn wants_new_connection(&self) -> bool {
        !matches!(self.why, Why::Acl | Why::Refused | Why::TooOld | Why::Data)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ':', '-'])
}

/// Returns the server's message, or else the client's description.
fn told_or(error: &RedisError, told: String) -> String {
    if told.is_empty() { error.to_string() } else { told }
}

impl fmt::Display for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

#[cfg(test)]
mod tests {
    use ::redis::{Value, parse_redis_value};

    use super::{Away, Why};

    /// Replies of Redis 6.2, 7.0 and 8.2 and Valkey 9.1.
    const ANSWERS: [(Why, &str); 27] = [
        (Why::Data, "WRONGTYPE Operation against a key holding the wrong kind of value"),
        (
            Why::Data,
            "WRONGTYPE Operation against a key holding the wrong kind of value script: 3a82, on @user_script:1.",
        ),
        (Why::Data, "WRONGTYPE Operation against a key holding the wrong kind of value script: on @user_script:1."),
        (Why::Data, "ERR Error running script (call to f_3a82): @user_script:1: WRONGTYPE Operation against a key"),
        (Why::Data, "ERR user_script:1: attempt to compare number with nil script: c6b4, on @user_script:1."),
        (Why::Acl, "NOPERM this user has no permissions to run the 'evalsha' command"),
        (Why::Acl, "NOPERM User u has no permissions to run the 'evalsha' command"),
        (Why::Acl, "NOPERM No permissions to access a key"),
        (
            Why::Acl,
            "ERR The user executing the script can't run this command or subcommand script: 8, on @user_script:1.",
        ),
        (
            Why::Acl,
            "ERR Error running script (call to f_5): @user_script:1: @user_script: 1: The user executing the script \
                    can't access at least one of the keys mentioned in the command arguments",
        ),
        (
            Why::Acl,
            "ERR ACL failure in script: User u has no permissions to run the 'set' command script: 8, on @user_script:1.",
        ),
        (Why::Credentials, "WRONGPASS invalid username-password pair or user is disabled."),
        (Why::Credentials, "NOAUTH Authentication required."),
        (Why::ReadOnly, "READONLY You can't write against a read only replica."),
        (Why::ReadOnly, "READONLY You can't write against a read only replica. script: db8d, on @user_script:1."),
        (
            Why::ReadOnly,
            "ERR Error running script (call to f_d): @user_script:1: @user_script: 1: -READONLY You can't write",
        ),
        (Why::Cluster, "MOVED 3999 127.0.0.1:6381"),
        (Why::Cluster, "ASK 3999 127.0.0.1:6381"),
        (Why::Unable, "CLUSTERDOWN Hash slot not served"),
        (Why::Unable, "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
        (Why::Unable, "OOM command not allowed when used memory > 'maxmemory'. script: db8d, on @user_script:1."),
        (Why::Unable, "NOREPLICAS Not enough good replicas to write. script: on @user_script:1."),
        (Why::Unable, "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."),
        (Why::TooOld, "ERR syntax error script: 2c5c, on @user_script:1."),
        (Why::Refused, "ERR unknown command 'EVALSHA', with args beginning with: '1'"),
        (Why::Refused, "ERR Unknown Redis command called from script script: 7ae0, on @user_script:1."),
        (Why::Refused, "ERR Unknown command called from script script: on @user_script:1."),
    ];

    #[test]
    fn each_answer_has_its_reason() {
        for (why, text) in ANSWERS {
            let Ok(Value::ServerError(error)) = parse_redis_value(format!("-{text}\r\n").as_bytes()) else {
                panic!("{text}");
            };
            let away = Away::from_error(&error.into(), "~crm:* +eval");
            assert_eq!(away.why(), why, "{text}: {away}");
            assert!(!away.may_act(), "{text}");
            let data = why == Why::Data;
            assert_eq!(away.wants_new_connection(), !data && !matches!(why, Why::Acl | Why::Refused | Why::TooOld));
            if why == Why::Cluster {
                let names_feature = away.to_string().contains("needs the feature `redis-cluster`");
                assert_eq!(names_feature, cfg!(not(feature = "redis-cluster")));
            }
        }
    }
}
