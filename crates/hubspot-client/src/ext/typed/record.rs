//! A record with typed properties, and a page of such records.

use std::fmt;
use std::marker::PhantomData;

use crm_core::codec::{self, AsObject, Blank, Form, Lend, Members, Mode, Odd, Oddities, Showing, Shown};
use crm_core::reexport::serde_json::Value;
use crm_core::{Error, Map, Timestamp, Wire};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Error as _, Serializer};

use super::values;
use crate::types::{AssociatedIdPage, Object, ObjectWithAssociations, Paging};

/// A record whose properties are a `P`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<P> {
    /// The id of the record.
    pub id: String,
    /// The properties of the record.
    pub properties: P,
    /// Time at which the record was created.
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub updated_at: Option<Timestamp>,
    /// True if the record is archived.
    pub archived: bool,
    /// Time at which the record was archived.
    pub archived_at: Option<Timestamp>,
    /// Associated records by type, if they were requested.
    pub associations: Map<AssociatedIdPage>,
    /// Members without a field.
    pub extra: Map<Value>,
}

impl<P: DeserializeOwned> Record<P> {
    /// Returns the same record with its properties read into `P`.
    pub(in crate::ext) fn of(object: Object) -> Result<Self, Error> {
        Ok(Self {
            properties: read(&object.properties)?,
            id: object.id.ok_or_else(|| Error::decode(WITHOUT_ID))?,
            created_at: object.created_at,
            updated_at: object.updated_at,
            archived: object.archived.unwrap_or_default(),
            archived_at: object.archived_at,
            associations: Map::new(),
            extra: object.extra,
        })
    }

    /// The same record of a list with its properties read into `P`.
    pub(in crate::ext) fn of_list(object: ObjectWithAssociations) -> Result<Self, Error> {
        Ok(Self {
            properties: read(&object.properties)?,
            id: object.id.ok_or_else(|| Error::decode(WITHOUT_ID))?,
            created_at: object.created_at,
            updated_at: object.updated_at,
            archived: object.archived.unwrap_or_default(),
            archived_at: object.archived_at,
            associations: object.associations,
            extra: object.extra,
        })
    }
}

fn read<P: DeserializeOwned>(properties: &Map<String>) -> Result<P, Error> {
    let pairs = properties.iter().map(|(name, value)| (name, value.as_str()));
    let pairs = MapDeserializer::<_, serde::de::value::Error>::new(pairs);
    values::read(pairs).map_err(|error| Error::decode(error.to_string()))
}

const WITHOUT_ID: &str = "a record of the reply has no id";

impl<P: DeserializeOwned> Wire for Record<P> {
    type Form = Self;
}

impl<P: DeserializeOwned> Form<Self> for Record<P> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let draft: Draft<P> = AsObject::read(deserializer)?;
        draft.record()
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Self, Odd> {
        let draft: Draft<P> = AsObject::salvage(value, oddities)?;
        draft.record::<serde::de::value::Error>().map_err(|_| Odd::Reply)
    }

    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<Self>, Odd> {
        if value.is_null() { Ok(None) } else { Self::salvage(value, oddities).map(Some) }
    }

    fn write<S: Serializer>(_: &Self, _: S, _: Mode) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("a typed record cannot be serialized; serialize its `properties`"))
    }

    /// Shows no properties: `P` may hold personal data.
    fn shown(this: &Self, place: &Showing<'_>) -> Shown {
        let members = Members::of("Record", place)
            .field("id", &this.id)
            .hidden("properties")
            .field("created_at", &this.created_at)
            .field("updated_at", &this.updated_at)
            .field("archived", &this.archived)
            .field("archived_at", &this.archived_at)
            .field("associations", &this.associations);
        members.end(&this.extra)
    }
}

impl<P: DeserializeOwned> fmt::Debug for Record<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        codec::show(self, f)
    }
}

/// A record that is being read.
struct Draft<P> {
    id: Option<String>,
    properties: Properties<P>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    archived: Option<bool>,
    archived_at: Option<Timestamp>,
    associations: Map<AssociatedIdPage>,
    extra: Map<Value>,
}

impl<P: DeserializeOwned> Draft<P> {
    fn record<E: serde::de::Error>(self) -> Result<Record<P>, E> {
        let properties = match self.properties.0 {
            Some(properties) => properties,
            None => nothing()?,
        };
        Ok(Record {
            id: self.id.ok_or_else(|| E::custom(WITHOUT_ID))?,
            properties,
            created_at: self.created_at,
            updated_at: self.updated_at,
            archived: self.archived.unwrap_or_default(),
            archived_at: self.archived_at,
            associations: self.associations,
            extra: self.extra,
        })
    }
}

impl<P: DeserializeOwned> codec::Record for Draft<P> {
    const NAMES: &'static [&'static str] =
        &["Record", "id", "properties", "createdAt", "updatedAt", "archived", "archivedAt", "associations"];

    type Parts = (
        Option<String>,
        Properties<P>,
        Option<Timestamp>,
        Option<Timestamp>,
        Option<bool>,
        Option<Timestamp>,
        Map<AssociatedIdPage>,
    );

    fn from_parts(parts: Self::Parts, extra: Map<Value>) -> Self {
        let (id, properties, created_at, updated_at, archived, archived_at, associations) = parts;
        Self { id, properties, created_at, updated_at, archived, archived_at, associations, extra }
    }

    fn parts(&self) -> (<Self::Parts as Lend>::Refs<'_>, &Map<Value>) {
        let parts = (
            &self.id,
            &self.properties,
            &self.created_at,
            &self.updated_at,
            &self.archived,
            &self.archived_at,
            &self.associations,
        );
        (parts, &self.extra)
    }
}

/// The `properties` of a record.
struct Properties<P>(Option<P>);

impl<P> Blank for Properties<P> {
    fn blank() -> Self {
        Self(None)
    }

    fn is_blank(&self) -> bool {
        self.0.is_none()
    }
}

impl<P: DeserializeOwned> Wire for Properties<P> {
    type Form = Self;
}

impl<P: DeserializeOwned> Form<Self> for Properties<P> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<P>(PhantomData<P>);
        impl<'de, P: DeserializeOwned> Visitor<'de> for Members<P> {
            type Value = P;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object (properties)")
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<P, E> {
                nothing()
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<P, A::Error> {
                values::read(map)
            }
        }
        deserializer.deserialize_any(Members(PhantomData)).map(|properties| Self(Some(properties)))
    }

    /// A value that does not fit the user's own struct is an error of the whole reply, because the
    /// struct has no place to keep it.
    fn salvage<'a>(value: &'a Value, _: &mut Oddities<'a>) -> Result<Self, Odd> {
        Self::read(value).map_err(|_| Odd::Reply)
    }

    fn write<S: Serializer>(_: &Self, serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// Creates the `P` of a record without properties.
fn nothing<P: DeserializeOwned, E: serde::de::Error>() -> Result<P, E> {
    values::read(MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
}

/// A page of typed records.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordPage<P> {
    /// Position of the next page.
    pub paging: Option<Paging>,
    /// The records.
    pub results: Vec<Record<P>>,
    /// Number of records that a search found.
    pub total: Option<i64>,
    /// Members without a field.
    pub extra: Map<Value>,
}

impl<P: DeserializeOwned> codec::Record for RecordPage<P> {
    const NAMES: &'static [&'static str] = &["RecordPage paging results total", "paging", "results", "total"];

    type Parts = (Option<Paging>, Vec<Record<P>>, Option<i64>);

    fn from_parts((paging, results, total): Self::Parts, extra: Map<Value>) -> Self {
        Self { paging, results, total, extra }
    }

    fn parts(&self) -> (<Self::Parts as Lend>::Refs<'_>, &Map<Value>) {
        ((&self.paging, &self.results, &self.total), &self.extra)
    }
}

impl<P: DeserializeOwned> Wire for RecordPage<P> {
    type Form = AsObject;
}

impl<P: DeserializeOwned> fmt::Debug for RecordPage<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        codec::show(self, f)
    }
}
