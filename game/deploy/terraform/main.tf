# SPDX-License-Identifier: Apache-2.0
# What Terraform's aws provider knows of GameLift and an Anywhere fleet needs: an alias, and a queue that places game
# sessions by it. rest.sh makes what the provider does not know.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "fleet_id" {
  description = "What \"rest.sh fleet\" prints"
  type        = string
}

variable "endpoint" {
  description = "Of gamelift-local; without it: AWS"
  type        = string
  default     = null
}

provider "aws" {
  skip_credentials_validation = var.endpoint != null
  skip_requesting_account_id  = var.endpoint != null
  skip_metadata_api_check     = var.endpoint != null

  endpoints {
    gamelift = var.endpoint
  }
}

resource "aws_gamelift_alias" "arena" {
  name        = "arena"
  description = "The fleet that new game sessions go to"

  routing_strategy {
    type     = "SIMPLE"
    fleet_id = var.fleet_id
  }
}

resource "aws_gamelift_game_session_queue" "arena" {
  name               = "arena"
  destinations       = [aws_gamelift_alias.arena.arn]
  timeout_in_seconds = 60
}

output "queue_arn" {
  value = aws_gamelift_game_session_queue.arena.arn
}
