"""Starts moto's server, which stands in for AWS, with six things mended. Arguments: the port, and the address of whoever answers the
calls of functions by state machines, which are executed here.

A template is refused for cfn-lint's errors, as AWS would; moto refuses it for a warning too. And a stack has its new
template's outputs after a change set; moto keeps the old ones. And what a condition kept out before is made once the
condition holds; moto takes it for a change of something that was never there. Deleting a change set that is gone already is no error.
A state machine of a template can be executed; moto keeps those elsewhere. And what leaves a template with a DeletionPolicy of Retain
stays; moto keeps it where a whole stack is deleted alone."""

import json
import sys
import urllib.request

import moto.cloudformation.models as cloudformation
import moto.core.config as config
import moto.stepfunctions.models as machines
import moto.stepfunctions.parser.asl.component.state.exec.state_task.lambda_eval_utils as calls
from moto.cloudformation.parsing import ResourceMap
from moto.server import main
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

lint = cloudformation.validate_template_cfn_lint
cloudformation.validate_template_cfn_lint = lambda template: [found for found in lint(template) if found.rule.id.startswith("E")]

apply = cloudformation.ChangeSet.apply


def apply_with_outputs(self):
    resources = self.stack.resource_map
    made = resources._parsed_resources
    resources._resource_json_map = {name: value for name, value in resources._resource_json_map.items() if name in made}
    apply(self)
    self.stack.template = self.template
    self.stack._parse_template()
    self.stack.output_map = self.stack._create_output_map()


cloudformation.ChangeSet.apply = apply_with_outputs

delete_resource = ResourceMap._delete_resource
ResourceMap._delete_resource = lambda self, resource, found: (
    None if found.get("DeletionPolicy") == "Retain" else delete_resource(self, resource, found)
)

delete_change_set = cloudformation.CloudFormationBackend.delete_change_set


def delete_change_set_if_there(self, change_set_name):
    try:
        delete_change_set(self, change_set_name)
    except UnboundLocalError:
        pass


cloudformation.CloudFormationBackend.delete_change_set = delete_change_set_if_there


def invoke(parameters, region, state_credentials):
    body = parameters["Payload"] if isinstance(parameters["Payload"], bytes) else json.dumps(parameters["Payload"]).encode()
    request = urllib.request.Request(sys.argv[2], data=body, headers={"x-function": parameters["FunctionName"]})
    with urllib.request.urlopen(request, timeout=900) as response:
        answer = json.load(response)
    error = {"FunctionError": "Unhandled"} if "errorType" in answer else {}
    return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": answer, **error}


calls._invoke_lambda_function = invoke
config.default_user_config["stepfunctions"]["execute_state_machine"] = True
machines.stepfunctions_backends = stepfunctions_parser_backends
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
