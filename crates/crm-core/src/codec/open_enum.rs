//! Enums that survive values nobody has heard of.

/// Declares an enum of texts with an arm, `Unrecognized`, that keeps any other text.
///
/// ```
/// crm_core::open_enum! {
///     /// Where a task stands.
///     pub enum TaskStatus {
///         /// `open`
///         Open = "open",
///         /// `done`
///         Done = "done",
///     }
/// }
/// assert_eq!(TaskStatus::from("open"), TaskStatus::Open);
/// assert_eq!(TaskStatus::from("new thing").as_str(), "new thing");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $ty:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $ty {
            $($(#[$doc])* $variant,)*
            /// A value that was not known when this crate was generated.
            Unrecognized(String),
        }

        impl $ty {
            /// The text that travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unrecognized(text) => text,
                }
            }
        }

        impl From<&str> for $ty {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unrecognized(other.to_owned()),
                }
            }
        }

        const _: () = {
            use $crate::codec::{Mode, Wire};
            use $crate::reexport::serde::{Deserialize, Deserializer, Serialize, Serializer};

            impl From<String> for $ty {
                fn from(text: String) -> Self {
                    Self::from(text.as_str())
                }
            }

            impl ::std::fmt::Display for $ty {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl ::std::fmt::Debug for $ty {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(match self {
                        $(Self::$variant => stringify!($variant),)*
                        Self::Unrecognized(_) => "Unrecognized(…)",
                    })
                }
            }

            impl Wire for $ty {
                fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    String::read(deserializer).map(Self::from)
                }

                fn write<S: Serializer>(&self, serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> Deserialize<'de> for $ty {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Self::read(deserializer)
                }
            }

            impl Serialize for $ty {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl $crate::Param for $ty {
                fn each(&self, f: &mut dyn FnMut(&str)) {
                    f(self.as_str());
                }
            }
        };
    };
}
