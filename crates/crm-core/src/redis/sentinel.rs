//! Looks up the primary through Sentinel.

use ::redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, RedisConnectionInfo, RedisError, cmd,
};

/// The port on which Sentinel listens.
pub(super) const PORT: u16 = 26_379;

/// The name of a primary in Sentinel, and the settings to connect to it.
pub(super) struct Service {
    pub(super) name: String,
    /// The credentials, the database and the settings of the primary, with another address.
    pub(super) primary: ConnectionInfo,
}

impl Service {
    /// Returns the current address of the primary from one Sentinel. A Sentinel that requires credentials receives
    /// those of Redis.
    pub(super) async fn ask(&self, sentinel: &ConnectionInfo) -> Result<ConnectionInfo, RedisError> {
        let settings = self.primary.redis_settings();
        let (user, password) = (settings.username(), settings.password());
        let none = RedisConnectionInfo::default().set_skip_set_lib_name();
        let answer = self.place(sentinel.clone().set_redis_settings(none.clone())).await;
        let answer = match (answer, password) {
            (Err(error), Some(password)) if error.code() == Some("NOAUTH") => {
                let with_password = none.set_password(password);
                let with_user = match user {
                    Some(user) => with_password.set_username(user),
                    None => with_password,
                };
                self.place(sentinel.clone().set_redis_settings(with_user)).await
            }
            (answer, _) => answer,
        };
        let Some((host, port)) = answer? else {
            return Err((ErrorKind::MasterNameNotFoundBySentinel, "Sentinel has no primary of this name").into());
        };
        let address = match self.primary.addr() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        Ok(self.primary.clone().set_addr(address))
    }

    async fn place(&self, sentinel: ConnectionInfo) -> Result<Option<(String, u16)>, RedisError> {
        // The caller limits the time, by a clock that may be another one.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let mut connection = Client::open(sentinel)?.get_multiplexed_async_connection_with_config(&config).await?;
        cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(&self.name).query_async(&mut connection).await
    }
}
