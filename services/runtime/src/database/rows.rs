//! Rows and numbers of tables as types of ours, without the driver's derives: those have the whole driver compiled a
//! second time for the compiler to load.

/// Reads a struct from a row, each field from the column of its name.
#[macro_export]
macro_rules! from_row {
    ($row:ident { $($field:ident),+ $(,)? }) => {
        impl<'r> ::sqlx::FromRow<'r, ::sqlx::postgres::PgRow> for $row {
            fn from_row(row: &'r ::sqlx::postgres::PgRow) -> ::core::result::Result<Self, ::sqlx::Error> {
                $(let $field = ::sqlx::Row::try_get(row, stringify!($field))?;)+
                Ok(Self { $($field),+ })
            }
        }
    };
}

/// Lets a struct around one number go into and come out of a column of that number, alone and in arrays.
#[macro_export]
macro_rules! column_number {
    ($name:ident($number:ty)) => {
        impl ::sqlx::Type<::sqlx::Postgres> for $name {
            fn type_info() -> ::sqlx::postgres::PgTypeInfo {
                <$number as ::sqlx::Type<::sqlx::Postgres>>::type_info()
            }
        }

        impl ::sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> ::sqlx::postgres::PgTypeInfo {
                <$number as ::sqlx::postgres::PgHasArrayType>::array_type_info()
            }
        }

        impl ::sqlx::Encode<'_, ::sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut ::sqlx::postgres::PgArgumentBuffer,
            ) -> ::core::result::Result<::sqlx::encode::IsNull, ::sqlx::error::BoxDynError> {
                <$number as ::sqlx::Encode<'_, ::sqlx::Postgres>>::encode_by_ref(&self.0, buffer)
            }
        }

        impl ::sqlx::Decode<'_, ::sqlx::Postgres> for $name {
            fn decode(
                value: ::sqlx::postgres::PgValueRef<'_>,
            ) -> ::core::result::Result<Self, ::sqlx::error::BoxDynError> {
                <$number as ::sqlx::Decode<'_, ::sqlx::Postgres>>::decode(value).map(Self)
            }
        }
    };
}
