import { sqlDriverContract } from "../../testing/contracts/sql-driver.ts";
import { forEachDatabase } from "../../testing/databases.ts";

forEachDatabase(sqlDriverContract, { poolSize: 1 });
