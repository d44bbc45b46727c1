// Written by `crm schema pull hoopai`; run it again after the schema of the account has changed.

//! Custom fields and pipelines of a location of HoopAI: constants with their identifiers.

#![allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]

/// contacts.
pub mod contacts {
    /// Identifiers of the custom fields.
    pub mod custom_fields {
        /// Pin code
        pub const PIN_CODE: &str = "f1";
        /// Pin code
        pub const PIN_CODE_2: &str = "f2";
    }
}

/// opportunities.
pub mod opportunities {
    /// Identifiers of the custom fields.
    pub mod custom_fields {
        /// Source
        pub const SOURCE: &str = "f3";
    }

    /// Identifiers of the pipelines and their stages.
    pub mod pipelines {
        /// Pipeline
        pub mod pipeline {
            /// Identifier of the pipeline.
            pub const ID: &str = "pipeline-fake";
            /// Stage 1
            pub const STAGE_1: &str = "stage-fake-1";
            /// Stage 2
            pub const STAGE_2: &str = "stage-fake-2";
            /// Stage 3
            pub const STAGE_3: &str = "stage-fake-3";
        }
    }
}
