//! Setters, which build a request.

use serde_json::Value;

use super::Map;

/// Sets a field.
#[doc(hidden)]
#[inline]
pub fn set<T>(field: &mut Option<T>, value: impl Into<T>) {
    *field = Some(value.into());
}

/// Sets a field in a box.
#[doc(hidden)]
#[inline]
pub fn set_boxed<T>(field: &mut Option<Box<T>>, value: impl Into<T>) {
    *field = Some(Box::new(value.into()));
}

/// Sets a list.
#[doc(hidden)]
#[inline]
pub fn fill<T>(field: &mut Option<Vec<T>>, values: impl IntoIterator<Item = impl Into<T>>) {
    *field = Some(values.into_iter().map(Into::into).collect());
}

/// Clears a field: the member is sent as `null`.
#[doc(hidden)]
pub fn clear<T>(field: &mut Option<T>, extra: &mut Map<Value>, member: &str) {
    *field = None;
    extra.insert(member, Value::Null);
}

/// Adds a method for each field that can be cleared. The method sends `null` for the field.
///
/// ```
/// crm_core::record! {
///     /// A change of a contact.
///     pub struct ChangeContact {
///         /// Its phone number.
///         phone: Option<String> = "phone",
///     }
///     nullable "phone"
///     with default
/// }
/// crm_core::clears!(ChangeContact { clear_phone: phone = "phone" });
///
/// let body = crm_core::codec::encode(&ChangeContact::default().clear_phone()).unwrap();
/// assert_eq!(body, br#"{"phone":null}"#);
/// ```
#[macro_export]
macro_rules! clears {
    ($ty:ident { $($name:ident: $field:ident = $member:literal),* $(,)? }) => {
        impl $ty {
            $(#[doc = concat!("Clears `", $member, "`: it is sent as `null`.")]
            #[must_use]
            pub fn $name(mut self) -> Self {
                $crate::codec::clear(&mut self.$field, &mut self.extra, $member);
                self
            })*
        }
    };
}

/// Adds a method for each field that sets it and returns the record. A list is written
/// `name[T]` and takes any iterator over items, and a field in a box is written `name(T)`. The
/// documentation of a field is that of its method.
///
/// ```
/// /// A search.
/// #[derive(Clone, Default)]
/// pub struct Search {
///     /// Text to look for.
///     pub query: Option<String>,
///     /// Fields to return.
///     pub fields: Option<Vec<String>>,
/// }
/// crm_core::setters!(Search {
///     /// Text to look for.
///     query: String,
///     /// Fields to return.
///     fields[String],
/// });
///
/// let search = Search::default().query("acme").fields(["name", "domain"]);
/// assert_eq!(search.fields.unwrap().len(), 2);
/// ```
#[macro_export]
macro_rules! setters {
    ($ty:ident { $($(#$doc:tt)* $field:ident $(($boxed:ty))? $([$item:ty])? $(: $of:ty)?),* $(,)? }) => {
        impl $ty {
            $($(#$doc)*
            #[must_use]
            pub fn $field(
                mut self,
                $(value: impl Into<$of>)?
                $(values: impl IntoIterator<Item = impl Into<$item>>)?
                $(value: impl Into<$boxed>)?
            ) -> Self {
                $($crate::codec::set::<$of>(&mut self.$field, value);)?
                $($crate::codec::fill::<$item>(&mut self.$field, values);)?
                $($crate::codec::set_boxed::<$boxed>(&mut self.$field, value);)?
                self
            })*
        }
    };
}
