import { runCommandContract } from "../../testing/contracts/run-command.ts";
import { forEachDatabase } from "../../testing/databases.ts";

forEachDatabase(runCommandContract);
