# SPDX-License-Identifier: Apache-2.0
"""AWS's model of the API as the AWS SDK for JavaScript declares it, which is newer than that of Debian's botocore, in the
form that botocore has: members, types, enumerations, and the errors of each operation. Limits and patterns are not in it."""
import re

COMMENT = re.compile(r"/\*\*.*?\*/", re.S)


def read(package):
    """From the folder of @aws-sdk/client-gamelift: {"shapes": ..., "operations": ...}."""
    types = package / "dist-types"
    shapes = {"string": {"type": "string"}, "number": {"type": "double"}, "boolean": {"type": "boolean"},
              "Date": {"type": "timestamp"}}
    for name, body in re.findall(r"export declare const (\w+): \{\n(.*?)\n\};", (types / "models/enums.d.ts").read_text(), re.S):
        shapes[name] = {"type": "string", "enum": re.findall(r': "([^"]*)"', body)}
    for file in sorted(types.glob("models/models_*.d.ts")):
        text = COMMENT.sub("", file.read_text())
        for name, body in re.findall(r"export interface (\w+) \{\n(.*?)^\}", text, re.S | re.M):
            shapes[name] = structure(shapes, body)
    return {"shapes": shapes, "operations": {command.stem.partition("Command.")[0]: operation(command.read_text())
                                             for command in types.glob("commands/*Command.d.ts")}}


def structure(shapes, body):
    members, required = {}, []
    for name, may_lack, kind in re.findall(r"^    (\w+)(\??): ([^;]+);", body, re.M):
        members[name] = {"shape": shape(shapes, kind.replace(" | undefined", "").strip())}
        if not may_lack:
            required.append(name)
    return {"type": "structure", "members": members, "required": required}


def shape(shapes, kind):
    """The name of the shape for "Player[]", "(A | undefined)[]" or "Record<string, number>", which is made where it lacks."""
    inner = re.fullmatch(r"\(?(\w+)\)?\[\]", kind)
    if inner:
        shapes[kind] = {"type": "list", "member": {"shape": inner.group(1)}}
    inner = re.fullmatch(r"Record<string, (\w+)>", kind)
    if inner:
        shapes[kind] = {"type": "map", "key": {"shape": "string"}, "value": {"shape": inner.group(1)}}
    return kind


def operation(text):
    about = {"errors": [{"shape": name} for name in re.findall(r"@throws \{@link (\w+)\} \((?:client|server) fault\)", text)]}
    for key, name in re.findall(r"export interface \w+Command(Input|Output) extends (\w+)", text):
        if not name.startswith("__"):
            about[key.lower()] = {"shape": name}
    return about
