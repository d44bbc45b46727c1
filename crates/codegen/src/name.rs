//! Names: of operations, of types, and of what Rust asks for; and the lock that keeps them.

pub(crate) mod lock;
pub(crate) mod operations;
pub(crate) mod types;
pub(crate) mod vocabulary;

use heck::{ToSnakeCase, ToUpperCamelCase};

pub(crate) use operations::{singular, words};

/// Misspelt words of the vendors, and their correct forms.
const TYPOS: [(&str, &str); 15] = [
    ("appoinment", "appointment"),
    ("buiseness", "business"),
    ("calender", "calendar"),
    ("cantacts", "contacts"),
    ("contect", "contact"),
    ("creat", "create"),
    ("depreciated", "deprecated"),
    ("formated", "formatted"),
    ("lable", "label"),
    ("maritial", "marital"),
    ("monetory", "monetary"),
    ("sequance", "sequence"),
    ("succeded", "succeeded"),
    ("succesful", "successful"),
    ("upate", "update"),
];

/// Fields that keep their spelling, because the vendor has the correct one beside it: version 3 of HoopAI adds
/// `succeeded`.
const KEPT: [&str; 1] = ["succeded"];

/// Returns a word with its correct spelling.
pub(crate) fn spelt(word: &str) -> &str {
    TYPOS.iter().find(|(typo, _)| *typo == word).map_or(word, |(_, right)| right)
}

/// Returns true if a word of a vendor's name is misspelt, so that it has another name in Rust.
pub(crate) fn is_misspelt(wire: &str) -> bool {
    wire.to_snake_case().split('_').any(|word| spelt(word) != word)
}

/// Returns the name of a variant with the correct spelling.
pub(crate) fn variant(name: String) -> String {
    if is_misspelt(&name) { mended(&name).to_upper_camel_case() } else { name }
}

/// Returns the name of a field with the correct spelling.
pub(crate) fn field(name: &str) -> String {
    if is_misspelt(name) && !KEPT.contains(&name) { mended(name) } else { name.to_owned() }
}

/// A name in lower case with underscores and with the correct spelling.
fn mended(name: &str) -> String {
    name.to_snake_case().split('_').map(spelt).collect::<Vec<_>>().join("_")
}

/// A Rust name for a wire name.
pub(crate) fn ident(wire: &str) -> String {
    let name = mended(wire);
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("x{name}") } else { name };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

#[cfg(test)]
mod tests {
    use super::{field, ident, is_misspelt, variant};

    #[test]
    fn misspelt_words_of_a_vendor_are_mended() {
        assert_eq!(ident("appoinmentPerDay"), "appointment_per_day");
        assert_eq!(
            (field("appoinment_per_day").as_str(), field("succeded").as_str()),
            ("appointment_per_day", "succeded")
        );
        assert_eq!(variant("MaritialStatus".to_owned()), "MaritalStatus");
        assert_eq!(variant("IPv4Only".to_owned()), "IPv4Only", "other names are as they were");
        assert!(is_misspelt("fieldsOriSequance") && !is_misspelt("creator"));
    }
}
