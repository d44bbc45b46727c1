//! Servers that are too old, refuse a command, or are something else: one line with the change that is needed.

use crm_core::{RedisStore, TokenStore};

use crm_testkit::traces::Traces;

use super::stand_in::{Answers, stand_in};
use super::{builder, lines, ms, refusal, strict, take};

const OLD: &str =
    "*6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n6.0.9\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n";

const CASES: [(&str, Answers, &str); 12] = [
    ("too old", |_| OLD, "it is Redis 6.0; Redis 6.2, Valkey 8 or newer is required"),
    ("older than HELLO", |_| "-ERR unknown command `HELLO`, with args beginning with: \r\n", "does not have a command"),
    (
        "too old, and HELLO is forbidden",
        |command| match command {
            "HELLO" => "-NOPERM this user has no permissions to run the 'hello' command\r\n",
            _ => "-ERR Error running script (call to f_1): @user_script:1: ERR syntax error\r\n",
        },
        "Redis 6.2, Valkey 8 or newer is required",
    ),
    (
        "a command that is renamed",
        |_| "-ERR unknown command 'EVALSHA', with args beginning with: '1' \r\n",
        "let it run EVAL, EVALSHA",
    ),
    ("another protocol", |_| "HTTP/1.1 400 Bad Request\r\n\r\n", "check that the address is that of Redis"),
    ("another answer", |_| "+OK\r\n", "check that the address is that of Redis"),
    ("no list of a script", |_| "*2\r\n$2\r\nno\r\n$1\r\n1\r\n", "check that the address is that of Redis"),
    ("a length that nothing has", |_| "$9223372036854775807\r\n", "no answer within"),
    ("closed at once", |_| "", "no answer within"),
    ("loading", |_| "-LOADING Redis is loading the dataset in memory\r\n", "LOADING Redis is loading"),
    ("no disk", |_| "-MISCONF Redis is configured to save RDB snapshots\r\n", "it cannot work now: MISCONF"),
    ("an error nobody knows", |_| "-STRANGE things happen\r\n", "it answers: STRANGE things happen"),
];

#[tokio::test]
async fn each_is_said_once_and_calls_go_on() {
    for (case, answers, said) in CASES {
        let url = stand_in(answers);
        let (log, _guard) = Traces::watch();
        let limiter = builder(&url, 1).time_limit(ms(200)).build().unwrap();
        let end = tokio::time::Instant::now() + ms(1_300);
        let mut given = 0;
        while tokio::time::Instant::now() < end {
            // A single worker has all of the quota on its own.
            take(&limiter, ["a", "b"][given % 2]).await;
            given += 1;
            tokio::time::sleep(ms(20)).await;
        }
        let text = log.take();
        assert_eq!(
            (lines(&text, "Redis is unavailable"), lines(&text, "Redis is available again")),
            (1, 0),
            "{case}: {text}"
        );
        assert!(given > 15, "{case}: {given}");
        let reason = text.lines().find(|line| line.starts_with("reason=")).unwrap();
        assert!(reason.contains(said), "{case}: {reason}");
        let text = refusal(&strict(&url), "k").await;
        assert!(text.contains(said), "{case}: {text}");
    }
}

#[tokio::test]
async fn the_store_says_it_in_its_error() {
    for (case, answers, said) in CASES.into_iter().filter(|(_, _, said)| !said.contains("no answer")) {
        let store = RedisStore::open(&stand_in(answers)).unwrap();
        let error = store.load("k").await.map(|_| ()).expect_err(case).to_string();
        let harmless = ["another answer", "no list of a script"].contains(&case);
        assert!(error.contains(said) || harmless, "{case}: {error}");
    }
}
