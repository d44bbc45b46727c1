//! Twenty generated reply types, read by our own codec and by serde's derives.
//!
//! The derived ones are made of the very same files: here `record!` and `open_enum!` mean serde's derives.

use std::hint::black_box;

use crm_core::codec;
use hubspot_client::types;
use serde_json::{Value, json};

#[allow(dead_code, unexpected_cfgs, unreachable_pub, unused_imports, reason = "the files hold more than the twenty")]
mod derived {
    use serde_json::Value;

    use super::Sample;
    type Map<V> = std::collections::HashMap<String, V>;
    type Timestamp = String;

    mod crm_core {
        macro_rules! record {
            (
                $(#$meta:tt)*
                pub struct $ty:ident {
                    $($(#$doc:tt)* $field:ident: $of:ty = $wire:literal,)*
                    $(; $($(#$more_doc:tt)* $more:ident: $more_of:ty = $more_wire:literal,)+)?
                }
                $(required $($required:literal)+)?
                $(nullable $($nullable:literal)+)?
                $(read_only $($read_only:literal)+)?
                $(with $default:ident)?
            ) => {
                #[derive(Default, serde::Deserialize)]
                #[serde(default)]
                pub(crate) struct $ty {
                    $(#[serde(rename = $wire)] pub(crate) $field: $of,)*
                    $($(#[serde(rename = $more_wire)] pub(crate) $more: $more_of,)+)?
                    // Ours keeps here what no field can hold; the derive drops it.
                    #[serde(skip)]
                    pub(crate) extra: Map<Value>,
                }

                impl Sample for $ty {
                    fn sample() -> Value {
                        let members = [
                            $(($wire.to_owned(), <$of>::sample()),)*
                            $($(($more_wire.to_owned(), <$more_of>::sample()),)+)?
                        ];
                        Value::Object(members.into_iter().collect())
                    }
                }
            };
        }
        macro_rules! open_enum {
            ($(#$meta:tt)* pub enum $ty:ident { $($(#$doc:tt)* $variant:ident = $text:literal),* $(,)? }) => {
                #[derive(serde::Deserialize)]
                pub(crate) enum $ty {
                    $(#[serde(rename = $text)] $variant,)*
                    #[serde(other)]
                    Unrecognized,
                }

                impl Sample for $ty {
                    fn sample() -> Value {
                        [$($text),*].last().copied().into()
                    }
                }
            };
        }
        macro_rules! setters {
            ($($any:tt)*) => {};
        }
        pub(super) use {open_enum, record, setters};
    }

    macro_rules! file {
        ($module:ident, $path:literal) => {
            mod $module {
                use super::{Sample, crm_core};
                include!(concat!("../../../crates/hubspot-client/src/generated/types/", $path));
            }
            pub(super) use $module::*;
        };
    }
    file!(associations, "associations.rs");
    file!(owners, "owners.rs");
    file!(pipelines, "pipelines.rs");
    file!(properties, "properties.rs");
    file!(association_category, "shared_association_category.rs");
    file!(association_spec, "shared_association_spec.rs");
    file!(association_spec_with_label, "shared_association_spec_with_label.rs");
    file!(batch_reply_status, "shared_batch_reply_status.rs");
    file!(error_detail, "shared_error_detail.rs");
    file!(field_type, "shared_field_type.rs");
    file!(forward_paging, "shared_forward_paging.rs");
    file!(next_page, "shared_next_page.rs");
    file!(number_display_hint, "shared_number_display_hint.rs");
    file!(option_item, "shared_option_item.rs");
    file!(paging, "shared_paging.rs");
    file!(property_type, "shared_property_type.rs");
    file!(public_object_id, "shared_public_object_id.rs");
    file!(property_create, "shared_property_create.rs");
}

/// A value with something in every field.
trait Sample {
    fn sample() -> Value;
}

macro_rules! samples {
    ($($ty:ty: $value:expr,)*) => {
        $(impl Sample for $ty {
            fn sample() -> Value {
                json!($value)
            }
        })*
    };
}

samples! {
    String: "2026-03-14T09:26:53.589Z",
    bool: true,
    f64: 2.5,
    i64: 1_234_567,
    Value: "a value",
}

impl<T: Sample> Sample for Option<T> {
    fn sample() -> Value {
        T::sample()
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample() -> Value {
        json!([T::sample(), T::sample(), T::sample()])
    }
}

impl<T: Sample> Sample for std::collections::HashMap<String, T> {
    fn sample() -> Value {
        json!({"one": T::sample(), "two": T::sample(), "three": T::sample()})
    }
}

macro_rules! twenty {
    ($($ty:ident)*) => {
        /// A reply of each type.
        fn bodies() -> [Vec<u8>; 20] {
            [$(derived::$ty::sample().to_string().into_bytes()),*]
        }

        pub(crate) fn ours() -> impl FnMut() {
            let bodies = bodies();
            move || {
                let mut bodies = bodies.iter();
                $(let body = bodies.next().expect("twenty");
                black_box(codec::decode::<types::$ty>(black_box(body)).expect("a reply"));)*
            }
        }

        pub(crate) fn derived() -> impl FnMut() {
            let bodies = bodies();
            move || {
                let mut bodies = bodies.iter();
                $(let body = bodies.next().expect("twenty");
                black_box(serde_json::from_slice::<derived::$ty>(black_box(body)).expect("a reply"));)*
            }
        }
    };
}

twenty! {
    AssociatedObject AssociationBatchReadReply AssociationPage AuditInfo AuditInfoList DefaultAssociation
    LabelsBetweenObjectPair ObjectAssociations OptionItem Owner OwnerPage Pipeline PipelineList PipelineStage
    PipelineStageList PropertiesPropertyList Property PropertyGroup PropertyGroupList Team
}
