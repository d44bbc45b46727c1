// Written by `crm schema pull hubspot`; run it again after the schema of the account has changed.

//! Types of object of a HubSpot account, for `typed` of `hubspot-client`: a module for each, for example
//! `client.objects(contacts::OBJECT).typed::<contacts::Properties>()`.
//!
//! A typed read requests all properties of its struct. For few of them, write a struct of your own with the enums of this
//! module.

#![allow(dead_code, unreachable_pub, clippy::all, clippy::pedantic)]

/// cars.
pub mod cars {
    /// The type of object for `client.objects`.
    pub const OBJECT: &str = "2-123";

    hubspot_client::properties! {
        /// The properties. Those that are `None` are not written.
        pub struct Properties {
            /// createdate
            createdate: Option<hubspot_client::Timestamp> = "createdate",
            /// hs_lastmodifieddate
            hs_lastmodifieddate: Option<hubspot_client::Timestamp> = "hs_lastmodifieddate",
            /// VIN
            vin: Option<String> = "vin",
        }
        read_only {
            /// hs_object_id
            hs_object_id: Option<String> = "hs_object_id",
        }
    }
}

/// contacts.
pub mod contacts {
    /// The type of object for `client.objects`.
    pub const OBJECT: &str = "contacts";

    hubspot_client::properties! {
        /// The properties. Those that are `None` are not written.
        pub struct Properties {
            /// First
            _1st: Option<String> = "1st",
            /// With a space
            first_name: Option<String> = "First Name",
            /// birthday
            birthday: Option<hubspot_client::Timestamp> = "birthday",
            /// Default
            default: Option<Default> = "default",
            /// email
            email: Option<String> = "email",
            /// Employees
            employees: Option<f64> = "employees",
            /// With a hyphen
            first_name_2: Option<String> = "first-name",
            /// firstname
            firstname: Option<String> = "firstname",
            /// Größe
            gr_e: Option<String> = "gr\u{f6}\u{df}e",
            /// Interests; several \<b\>of\</b\> them \[more\]
            interests: Option<Vec<Interests>> = "interests",
            /// lastmodifieddate
            lastmodifieddate: Option<hubspot_client::Timestamp> = "lastmodifieddate",
            /// lastname
            lastname: Option<String> = "lastname",
            /// Lifecycle stage
            lifecyclestage: Option<Lifecyclestage> = "lifecyclestage",
            /// Newsletter
            newsletter: Option<bool> = "newsletter",
            /// Option
            option: Option<Option2> = "option",
            /// Owner
            owner: Option<String> = "owner",
            /// Payload
            payload: Option<String> = "payload",
            /// Phone
            phone: Option<String> = "phone",
            /// Teams
            teams: Option<Vec<String>> = "teams",
            /// Type
            type_: Option<Type> = "type",
        }
        read_only {
            /// Create date
            createdate: Option<hubspot_client::Timestamp> = "createdate",
            /// hs_object_id
            hs_object_id: Option<String> = "hs_object_id",
            /// Score
            score: Option<f64> = "score",
        }
    }

    hubspot_client::options! {
        /// Default
        pub enum Default {
            /// Some
            None = "none",
        }
    }

    hubspot_client::options! {
        /// Interests; several \<b\>of\</b\> them \[more\]
        pub enum Interests {
            /// quote
            Quote = "\"\\ \u{202e}\u{e9}",
            /// Ten
            Ten = "10",
            /// 10-20
            Value = "10-20",
            /// C
            AB = "A-B",
            /// B
            AB2 = "a b",
        }
    }

    hubspot_client::options! {
        /// Lifecycle stage
        pub enum Lifecyclestage {
            /// Lead
            Lead = "lead",
            /// Customer
            Customer = "customer",
            /// Other
            Other = "other",
        }
    }

    hubspot_client::options! {
        /// Option
        pub enum Option2 {
            /// x
            Unrecognized2 = "unrecognized",
        }
    }

    hubspot_client::options! {
        /// Type
        pub enum Type {
            /// Self
            Self_ = "self",
        }
    }
}

/// deals.
pub mod deals {
    /// The type of object for `client.objects`.
    pub const OBJECT: &str = "0-3";

    hubspot_client::properties! {
        /// The properties. Those that are `None` are not written.
        pub struct Properties {
            /// amount
            amount: Option<String> = "amount",
            /// closedate
            closedate: Option<hubspot_client::Timestamp> = "closedate",
            /// createdate
            createdate: Option<hubspot_client::Timestamp> = "createdate",
            /// dealname
            dealname: Option<String> = "dealname",
            /// dealstage
            dealstage: Option<String> = "dealstage",
            /// hs_lastmodifieddate
            hs_lastmodifieddate: Option<hubspot_client::Timestamp> = "hs_lastmodifieddate",
            /// pipeline
            pipeline: Option<String> = "pipeline",
        }
        read_only {
            /// hs_object_id
            hs_object_id: Option<String> = "hs_object_id",
        }
    }

    /// The pipelines and their stages.
    pub mod pipelines {
        /// Sales
        pub mod sales {
            /// Identifier of the pipeline.
            pub const ID: &str = "default";
            /// Stage 1
            pub const STAGE_1: &str = "appointmentscheduled";
            /// Stage 2
            pub const STAGE_2: &str = "contractsent";
            /// Stage 3
            pub const STAGE_3: &str = "closedwon";
            /// Stage 4
            pub const STAGE_4: &str = "closedlost";
        }

        /// Pipelines
        pub mod pipelines_2 {
            /// Identifier of the pipeline.
            pub const ID: &str = "77";
            /// Won
            pub const WON: &str = "1";
            /// Won!
            pub const WON_2: &str = "2";
            /// 営業
            pub const STAGE: &str = "3";
        }
    }
}
