import { databaseContract } from "../../testing/contracts/database.ts";
import { forEachDatabase } from "../../testing/databases.ts";

forEachDatabase(databaseContract, { poolSize: 2 });
