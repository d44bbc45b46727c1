//! Lists the tests of Redis as ignored if `CRM_WITHOUT_REDIS` is set: what cannot run must not be green.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CRM_WITHOUT_REDIS");
    println!("cargo::rustc-check-cfg=cfg(without_redis)");
    if std::env::var_os("CRM_WITHOUT_REDIS").is_some_and(|value| !value.is_empty()) {
        println!("cargo::rustc-cfg=without_redis");
    }
}
