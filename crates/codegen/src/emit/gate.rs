//! The Cargo feature that an item needs.

use proc_macro2::TokenStream;
use quote::quote;

/// Beyond so many users an item is compiled always: the condition would cost more than it saves.
const MOST_USERS: usize = 8;

/// True if the crate has features, so that items are gated.
#[derive(Clone, Copy)]
pub(super) struct Gate(pub(super) bool);

impl Gate {
    /// Returns true if an item with this number of users is only compiled with one of them; other items always are.
    pub(super) const fn is_counted(users: usize) -> bool {
        users > 0 && users <= MOST_USERS
    }

    /// The attribute of an item that one resource needs.
    pub(super) fn one(self, resource: &str) -> TokenStream {
        if self.0 { quote!(#[cfg(feature = #resource)]) } else { TokenStream::new() }
    }

    /// The attribute of an item that several resources need.
    pub(super) fn any(self, resources: &[&str]) -> TokenStream {
        match resources {
            [one] => self.one(one),
            many if !self.0 || !Self::is_counted(many.len()) => TokenStream::new(),
            many => quote!(#[cfg(any(#(feature = #many),*))]),
        }
    }

    /// The sentence about it in the documentation.
    pub(super) fn said(self, resource: &str) -> String {
        if self.0 { format!(" Needs the feature `{resource}`.") } else { String::new() }
    }
}
