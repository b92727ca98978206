import type { Value } from "../../notation/graph.ts";

/** Values for properties of BPMN, the fitting ones of which tests take. */
export const SAMPLE_PROPERTIES: Readonly<Record<string, readonly Value[]>> = {
  isExecutable: [true, false],
  isForCompensation: [true],
  startQuantity: [3],
  default: ["Flow_4"],
  attachedToRef: ["Task_check"],
  processRef: ["Process_shop"],
  conditionExpression: ["a < b && c", ""],
  script: ["run()\nstop()", ""],
  scriptFormat: ["js"],
  calledElement: ["elsewhere"],
  messageRef: ["Message_order", "nothing"],
  participantRef: [["one", "two"], ["buyer"]],
  categoryValueRef: ["CategoryValue_1"],
  eventDefinitionRef: [["Definition_x", "Definition_y"]],
  triggeredByEvent: [true],
  lane: [],
  eventDefinitions: [
    [{ type: "timerEventDefinition", timeDuration: "PT1H" }],
    [{ type: "messageEventDefinition", messageRef: "Message_order" }, { type: "terminateEventDefinition" }],
    [{ type: "conditionalEventDefinition", condition: "x" }],
    [{ type: "conditionalEventDefinition" }],
    [{ type: "linkEventDefinition", name: "A", source: ["l1", "l2"], target: "l3" }],
  ],
  loopCharacteristics: [
    { type: "standardLoopCharacteristics", testBefore: true, loopMaximum: 2, loopCondition: "more" },
    { type: "multiInstanceLoopCharacteristics", isSequential: false, completionCondition: "done" },
  ],
  participantMultiplicity: [{ type: "participantMultiplicity", minimum: 2 }],
  dataState: [{ type: "dataState", name: "paid" }],
  isCollection: [true],
  text: ["no property"],
  completionCondition: ["all()"],
};
