//! A store in Redis, for processes on many machines.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{StoreLock, StoredTokens, TokenStore};
use crate::auth::Secret;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, ErrorKind};
use crate::redis::{Address, Away, Connection, Script};
use crate::stable_hash::StableHash;
use crate::sync::BoxFuture;

/// Maximum time for a reply of Redis.
const PATIENCE: Duration = Duration::from_secs(2);
/// The commands of the connection and of the scripts, in the form of ACL rules.
const ALLOWED: &str = "+hello +eval +evalsha +get +set +del +hget +hset";

// A script runs twice if the connection breaks before its reply arrives. The second run must return the
// result of the first one, and no other call may take the first one's success for its own. A write and a
// lock therefore store a name that is unique to each call.
const LOAD: &str = "return {redis.call('HGET', KEYS[1], 'tokens') or ''}";
const SWAP: &str = "
local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or '0')
if revision == tonumber(ARGV[1]) and redis.call('HGET', KEYS[1], 'writer') == ARGV[3] then return {'yes'} end
if revision + 1 ~= tonumber(ARGV[1]) then return {'no'} end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'tokens', ARGV[2], 'writer', ARGV[3])
return {'yes'}";
const LOCK: &str = "
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {'no'} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'yes'}";
/// Only the holder of the lock releases it.
const RELEASE: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'yes'}";

/// Keeps each account's record in a hash of Redis 6.2 or newer, or Valkey 8 or newer, without modules.
/// For a Redis Cluster, give one or more nodes and enable the feature `redis-cluster`. With Sentinel, the
/// address is `redis+sentinel://[user:password@]host[:port][,host[:port]]/name[/database]`.
///
/// Tokens are an account's complete authorisation: let Redis write them to disk (`appendonly yes`), restrict access to
/// Redis, and use TLS (`rediss://`) for the connection. If Redis loses a record nevertheless, the
/// process that used it last restores it, as far as that is safe. The lock is one key with a lease, so a
/// process that dies blocks a renewal for a minute, or for two if it had sent the refresh token. The keys
/// are the prefix, `record` or `lock`, and the vendor with the account, for example
/// `crm:tokens:record:hubspot/portal-123`.
///
/// A user with this minimal ACL suffices, for the prefix `crm:tokens`:
///
/// ```text
/// ACL SETUSER crm on >password ~crm:tokens:* +hello +eval +evalsha +get +set +del +hget +hset
/// ```
///
/// For a cluster add `+cluster|slots`, and for a database other than 0 `+select`.
#[derive(Clone)]
pub struct RedisStore {
    shared: Arc<Shared>,
}

struct Shared {
    connection: Connection,
    prefix: String,
    load: Script,
    swap: Script,
    lock: Script,
    release: Script,
}

impl RedisStore {
    /// Opens a store at this address, for example `redis://host:6379`, or `rediss://` for TLS, which checks the
    /// server's certificate against those of the system. It connects when it is first used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is not an address of Redis.
    pub fn open(url: &str) -> Result<Self, Error> {
        Ok(Self::build(Address::parse(url)?, "crm:tokens".to_owned(), Arc::new(SystemClock::new())))
    }

    /// Opens a store with keys that begin with `prefix` instead of `crm:tokens`, and another clock.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn open_with(url: &str, prefix: impl Into<String>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Self::build(Address::parse(url)?, prefix.into(), clock))
    }

    /// Creates a store that connects with the settings of this client of the `redis` crate, for example with
    /// your own certificates. Keys begin with `prefix`.
    #[must_use]
    pub fn open_for(client: &::redis::Client, prefix: impl Into<String>) -> Self {
        Self::build(Address::of(client), prefix.into(), Arc::new(SystemClock::new()))
    }

    fn build(address: Address, prefix: String, clock: Arc<dyn Clock>) -> Self {
        let rules = format!("~{prefix}:* {ALLOWED}");
        let connection = Connection::new(address, clock, PATIENCE, rules);
        let [load, swap, lock, release] = [LOAD, SWAP, LOCK, RELEASE].map(Script::new);
        Self { shared: Arc::new(Shared { connection, prefix, load, swap, lock, release }) }
    }

    fn keys(&self, account: &str, what: &str) -> [String; 1] {
        [format!("{}:{what}:{account}", self.shared.prefix)]
    }

    async fn run(&self, script: &Script, account: &str, what: &str, args: &[&str]) -> Result<String, Error> {
        let result = self.shared.connection.run(script, &self.keys(account, what), args).await;
        let answer = result.map_err(|away| unreachable(account, &away))?;
        Ok(answer.into_iter().next().unwrap_or_default())
    }
}

impl TokenStore for RedisStore {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        Box::pin(async move {
            let text = Secret::new(self.run(&self.shared.load, account, "record", &[]).await?);
            if text.expose().is_empty() {
                return Ok(None);
            }
            StoredTokens::decode(text.expose()).map(Some).map_err(|error| {
                let text =
                    "Redis contains no tokens under the account's key; remove it and authorise the account again";
                Error::new(ErrorKind::Token, text).with_account(account).with_source(error)
            })
        })
    }

    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let (revision, text) = (record.revision().to_string(), record.encode());
            let writer = name_of_call();
            let args = [revision.as_str(), text.expose(), &writer];
            Ok(self.run(&self.shared.swap, account, "record", &args).await? == "yes")
        })
    }

    fn lock<'a>(&'a self, account: &'a str, lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        Box::pin(async move {
            let holder = name_of_call();
            let lease = lease.as_millis().max(1).to_string();
            if self.run(&self.shared.lock, account, "lock", &[&holder, &lease]).await? != "yes" {
                return Ok(None);
            }
            let (store, account) = (self.clone(), account.to_owned());
            Ok(Some(StoreLock::new(async move {
                // If this fails, the lock ends with its lease.
                let _ = store.run(&store.shared.release, &account, "lock", &[&holder]).await;
            })))
        })
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("address", &self.shared.connection)
            .field("prefix", &self.shared.prefix)
            .finish_non_exhaustive()
    }
}

fn name_of_call() -> String {
    format!("{:016x}", StableHash::new().part(&fastrand::u128(..).to_be_bytes()).finish())
}

fn unreachable(account: &str, away: &Away) -> Error {
    Error::new(ErrorKind::Token, format!("the token store in Redis cannot be used: {away}")).with_account(account)
}
