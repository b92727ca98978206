/**
 * The types of the BPMN 2.0 schema, one a line: name, base, children in their order, attributes. A child is
 * "name:type" (the type is left out where it has the same name) with its number: ! one, ? none or one, + and * many.
 * A test compares it with the schema of the OMG.
 */
export const SCHEMA_TYPES = `
activity abstract < flowNode | ioSpecification? property* dataInputAssociation* dataOutputAssociation* resourceRole* loopCharacteristics? | isForCompensation:boolean startQuantity:integer completionQuantity:integer default:IDREF
adHocSubProcess < subProcess | completionCondition:expression? | cancelRemainingInstances:boolean ordering:string
artifact abstract < baseElement
assignment < baseElement | from:expression! to:expression!
association < artifact | | sourceRef:QName! targetRef:QName! associationDirection:string
auditing < baseElement
baseElement abstract | documentation* extensionElements? | id:ID
baseElementWithMixedContent abstract mixed | documentation* extensionElements? | id:ID
boundaryEvent < catchEvent | | cancelActivity:boolean attachedToRef:QName!
businessRuleTask < task | | implementation:string
callableElement < rootElement | supportedInterfaceRef:QName* ioSpecification? ioBinding* | name:string
callActivity < activity | | calledElement:QName
callChoreography < choreographyActivity | participantAssociation* | calledChoreographyRef:QName
callConversation < conversationNode | participantAssociation* | calledCollaborationRef:QName
cancelEventDefinition < eventDefinition
catchEvent abstract < event | dataOutput* dataOutputAssociation* outputSet? eventDefinition* eventDefinitionRef:QName* | parallelMultiple:boolean
category < rootElement | categoryValue* | name:string
categoryValue < baseElement | | value:string
choreography < collaboration | flowElement*
choreographyActivity abstract < flowNode | participantRef:QName+ correlationKey* | initiatingParticipantRef:QName! loopType:string
choreographyTask < choreographyActivity | messageFlowRef:QName+
collaboration < rootElement | participant* messageFlow* artifact* conversationNode* conversationAssociation* participantAssociation* messageFlowAssociation* correlationKey* choreographyRef:QName* conversationLink* | name:string isClosed:boolean
compensateEventDefinition < eventDefinition | | waitForCompletion:boolean activityRef:QName
complexBehaviorDefinition < baseElement | condition:formalExpression! event:implicitThrowEvent?
complexGateway < gateway | activationCondition:expression? | default:IDREF
conditionalEventDefinition < eventDefinition | condition:expression!
conversation < conversationNode
conversationAssociation < baseElement | | innerConversationNodeRef:QName! outerConversationNodeRef:QName!
conversationLink < baseElement | | name:string sourceRef:QName! targetRef:QName!
conversationNode abstract < baseElement | participantRef:QName* messageFlowRef:QName* correlationKey* | name:string
correlationKey < baseElement | correlationPropertyRef:QName* | name:string
correlationProperty < rootElement | correlationPropertyRetrievalExpression+ | name:string type:QName
correlationPropertyBinding < baseElement | dataPath:formalExpression! | correlationPropertyRef:QName!
correlationPropertyRetrievalExpression < baseElement | messagePath:formalExpression! | messageRef:QName!
correlationSubscription < baseElement | correlationPropertyBinding* | correlationKeyRef:QName!
dataAssociation < baseElement | sourceRef:IDREF* targetRef:IDREF! transformation:formalExpression? assignment*
dataInput < baseElement | dataState? | name:string itemSubjectRef:QName isCollection:boolean
dataInputAssociation < dataAssociation
dataObject < flowElement | dataState? | itemSubjectRef:QName isCollection:boolean
dataObjectReference < flowElement | dataState? | itemSubjectRef:QName dataObjectRef:IDREF
dataOutput < baseElement | dataState? | name:string itemSubjectRef:QName isCollection:boolean
dataOutputAssociation < dataAssociation
dataState < baseElement | | name:string
dataStore < rootElement | dataState? | name:string capacity:integer isUnlimited:boolean itemSubjectRef:QName
dataStoreReference < flowElement | dataState? | itemSubjectRef:QName dataStoreRef:QName
documentation mixed | | id:ID textFormat:string
endEvent < throwEvent
endPoint < rootElement
error < rootElement | | name:string errorCode:string structureRef:QName
errorEventDefinition < eventDefinition | | errorRef:QName
escalation < rootElement | | name:string escalationCode:string structureRef:QName
escalationEventDefinition < eventDefinition | | escalationRef:QName
event abstract < flowNode | property*
eventBasedGateway < gateway | | instantiate:boolean eventGatewayType:string
eventDefinition abstract < rootElement
exclusiveGateway < gateway | | default:IDREF
expression < baseElementWithMixedContent
extension | documentation* | definition:QName mustUnderstand:boolean
extensionElements
flowElement abstract < baseElement | auditing? monitoring? categoryValueRef:QName* | name:string
flowNode abstract < flowElement | incoming:QName* outgoing:QName*
formalExpression < expression | | language:anyURI evaluatesToTypeRef:QName
gateway < flowNode | | gatewayDirection:string
globalBusinessRuleTask < globalTask | | implementation:string
globalChoreographyTask < choreography | | initiatingParticipantRef:QName
globalConversation < collaboration
globalManualTask < globalTask
globalScriptTask < globalTask | script? | scriptLanguage:anyURI
globalTask < callableElement | resourceRole*
globalUserTask < globalTask | rendering* | implementation:string
group < artifact | | categoryValueRef:QName
humanPerformer < performer
implicitThrowEvent < throwEvent
inclusiveGateway < gateway | | default:IDREF
inputSet < baseElement | dataInputRefs:IDREF* optionalInputRefs:IDREF* whileExecutingInputRefs:IDREF* outputSetRefs:IDREF* | name:string
interface < rootElement | operation+ | name:string! implementationRef:QName
intermediateCatchEvent < catchEvent
intermediateThrowEvent < throwEvent
inputOutputBinding < baseElement | | operationRef:QName! inputDataRef:IDREF! outputDataRef:IDREF!
inputOutputSpecification < baseElement | dataInput* dataOutput* inputSet+ outputSet+
itemDefinition < rootElement | | structureRef:QName isCollection:boolean itemKind:string
lane < baseElement | partitionElement:baseElement? flowNodeRef:IDREF* childLaneSet:laneSet? | name:string partitionElementRef:QName
laneSet < baseElement | lane* | name:string
linkEventDefinition < eventDefinition | source:QName* target:QName? | name:string!
loopCharacteristics abstract < baseElement
manualTask < task
message < rootElement | | name:string itemRef:QName
messageEventDefinition < eventDefinition | operationRef:QName? | messageRef:QName
messageFlow < baseElement | | name:string sourceRef:QName! targetRef:QName! messageRef:QName
messageFlowAssociation < baseElement | | innerMessageFlowRef:QName! outerMessageFlowRef:QName!
monitoring < baseElement
multiInstanceLoopCharacteristics < loopCharacteristics | loopCardinality:expression? loopDataInputRef:QName? loopDataOutputRef:QName? inputDataItem:dataInput? outputDataItem:dataOutput? complexBehaviorDefinition* completionCondition:expression? | isSequential:boolean behavior:string oneBehaviorEventRef:QName noneBehaviorEventRef:QName
operation < baseElement | inMessageRef:QName! outMessageRef:QName? errorRef:QName* | name:string! implementationRef:QName
outputSet < baseElement | dataOutputRefs:IDREF* optionalOutputRefs:IDREF* whileExecutingOutputRefs:IDREF* inputSetRefs:IDREF* | name:string
parallelGateway < gateway
participant < baseElement | interfaceRef:QName* endPointRef:QName* participantMultiplicity? | name:string processRef:QName
participantAssociation < baseElement | innerParticipantRef:QName! outerParticipantRef:QName!
participantMultiplicity < baseElement | | minimum:int maximum:int
partnerEntity < rootElement | participantRef:QName* | name:string
partnerRole < rootElement | participantRef:QName* | name:string
performer < resourceRole
potentialOwner < humanPerformer
process < callableElement | auditing? monitoring? property* laneSet* flowElement* artifact* resourceRole* correlationSubscription* supports:QName* | processType:string isClosed:boolean isExecutable:boolean definitionalCollaborationRef:QName
property < baseElement | dataState? | name:string itemSubjectRef:QName
receiveTask < task | | implementation:string instantiate:boolean messageRef:QName operationRef:QName
relationship < baseElement | source:QName+ target:QName+ | type:string! direction:string
rendering < baseElement
resource < rootElement | resourceParameter* | name:string!
resourceAssignmentExpression < baseElement | expression!
resourceParameter < baseElement | | name:string type:QName isRequired:boolean
resourceParameterBinding < baseElement | expression! | parameterRef:QName!
resourceRole < baseElement | resourceRef:QName! resourceParameterBinding* resourceAssignmentExpression? | name:string
rootElement abstract < baseElement
scriptTask < task | script? | scriptFormat:string
script mixed
sendTask < task | | implementation:string messageRef:QName operationRef:QName
sequenceFlow < flowElement | conditionExpression:expression? | sourceRef:IDREF! targetRef:IDREF! isImmediate:boolean
serviceTask < task | | implementation:string operationRef:QName
signal < rootElement | | name:string structureRef:QName
signalEventDefinition < eventDefinition | | signalRef:QName
standardLoopCharacteristics < loopCharacteristics | loopCondition:expression? | testBefore:boolean loopMaximum:integer
startEvent < catchEvent | | isInterrupting:boolean
subChoreography < choreographyActivity | flowElement* artifact*
subConversation < conversationNode | conversationNode*
subProcess < activity | laneSet* flowElement* artifact* | triggeredByEvent:boolean
task < activity
terminateEventDefinition < eventDefinition
textAnnotation < artifact | text? | textFormat:string
text mixed
throwEvent abstract < event | dataInput* dataInputAssociation* inputSet? eventDefinition* eventDefinitionRef:QName*
timerEventDefinition < eventDefinition | timeDate:expression? timeDuration:expression? timeCycle:expression?
transaction < subProcess | | method:string
userTask < task | rendering* | implementation:string
definitions | import* extension* rootElement* BPMNDiagram* relationship* | id:ID name:string targetNamespace:anyURI! expressionLanguage:anyURI typeLanguage:anyURI exporter:string exporterVersion:string
import | | namespace:anyURI! location:string! importType:anyURI!
`;
