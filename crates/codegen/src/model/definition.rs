//! The public types.

use super::Ty;
use crate::read::unit::Unit;

/// A public type.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The description, for documentation only.
    pub doc: String,
    /// Shape of the type.
    pub shape: Shape,
    /// True if it is part of a request.
    pub sent: bool,
    /// The type of the members of a record that have no name in the document, if it states one.
    pub others: Option<Ty>,
}

/// Shape of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// An object with members.
    Record {
        /// The members.
        fields: Vec<Field>,
    },
    /// A text out of some: the variant and the text of each.
    Enum(Vec<(String, String)>),
    /// One of several records. The member that distinguishes them, if there is one; then type, variant and texts of
    /// each.
    Union(Option<String>, Vec<(Ty, String, Vec<String>)>),
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name in Rust.
    pub ident: String,
    /// The name in JSON.
    pub wire: String,
    /// The type, not including optionality.
    pub ty: Ty,
    /// True if a request must have it.
    pub required: bool,
    /// True if a request may set it to `null`, which clears it.
    pub nullable: bool,
    /// True if only the vendor sets it, so that a request omits it.
    pub read_only: bool,
    /// The unit of a number.
    pub unit: Option<Unit>,
    /// The one text that it can hold.
    pub constant: Option<String>,
    /// The description, for documentation only.
    pub doc: String,
}

impl Definition {
    /// The names of the types it leads to.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let types: Vec<&Ty> = match &self.shape {
            Shape::Record { fields } => fields.iter().map(|field| &field.ty).collect(),
            Shape::Enum(_) => Vec::new(),
            Shape::Union(_, arms) => arms.iter().map(|(ty, ..)| ty).collect(),
        };
        types.into_iter().filter_map(Ty::name).map(str::to_owned).collect()
    }

    /// Returns the same without its documentation.
    pub(crate) fn undescribed(&self) -> Self {
        let mut one = Self { doc: String::new(), ..self.clone() };
        one.fields_mut().iter_mut().for_each(|field| field.doc.clear());
        one
    }

    /// The fields of a record; none of another type.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Record { fields } => fields,
            _ => &[],
        }
    }

    /// The same, to be changed.
    pub(crate) fn fields_mut(&mut self) -> &mut [Field] {
        match &mut self.shape {
            Shape::Record { fields } => fields,
            _ => &mut [],
        }
    }

    /// The types in it.
    pub(crate) fn types_mut(&mut self) -> Box<dyn Iterator<Item = &mut Ty> + '_> {
        match &mut self.shape {
            Shape::Record { fields } => Box::new(fields.iter_mut().map(|field| &mut field.ty)),
            Shape::Enum(_) => Box::new(std::iter::empty()),
            Shape::Union(_, arms) => Box::new(arms.iter_mut().map(|(ty, ..)| ty)),
        }
    }
}
