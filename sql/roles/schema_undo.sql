-- The way into the schema. The role itself stays: whoever made it drops it.
revoke usage on schema absurd from {role};
revoke connect on database {database} from {role};
