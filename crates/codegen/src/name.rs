//! Names: of operations, of types, and of what Rust asks for; and the lock that keeps them.

pub(crate) mod lock;
pub(crate) mod operations;
pub(crate) mod types;
pub(crate) mod vocabulary;

use heck::ToSnakeCase;

pub(crate) use operations::{singular, words};

/// A Rust name for a wire name.
pub(crate) fn ident(wire: &str) -> String {
    let name = wire.to_snake_case();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("x{name}") } else { name };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}
