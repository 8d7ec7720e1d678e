# What Tenon needs in an AWS account, as in tenon.yaml beside this file: a role for nodes, the queue of interruptions with
# the rules that feed it, and the controller's permissions, each no wider than its use.

variable "cluster_name" {
  type        = string
  description = "The cluster's name in EKS"
}

data "aws_partition" "here" {}
data "aws_region" "here" {}
data "aws_caller_identity" "here" {}

locals {
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  account   = data.aws_caller_identity.here.account_id
  rules = {
    ScheduledChangeRule = { source = "aws.health", detail = "AWS Health Event" }
    SpotInterruptionRule = { source = "aws.ec2", detail = "EC2 Spot Instance Interruption Warning" }
    RebalanceRule = { source = "aws.ec2", detail = "EC2 Instance Rebalance Recommendation" }
    InstanceStateChangeRule = { source = "aws.ec2", detail = "EC2 Instance State-change Notification" }
    CapacityReservationInterruptionRule = { source = "aws.ec2", detail = "EC2 Capacity Reservation Instance Interruption Warning" }
  }
  policies = {
    NodeLifecycle = [
      {
        "Sid" = "AllowScopedEC2InstanceAccessActions"
        "Effect" = "Allow"
        "Action" = [
          "ec2:RunInstances",
          "ec2:CreateFleet",
        ]
        "Resource" = [
          "arn:${local.partition}:ec2:${local.region}::image/*",
          "arn:${local.partition}:ec2:${local.region}::snapshot/*",
          "arn:${local.partition}:ec2:${local.region}:*:security-group/*",
          "arn:${local.partition}:ec2:${local.region}:*:subnet/*",
          "arn:${local.partition}:ec2:${local.region}:*:capacity-reservation/*",
          "arn:${local.partition}:ec2:${local.region}:*:placement-group/*",
        ]
      },
      {
        "Sid" = "AllowScopedEC2LaunchTemplateAccessActions"
        "Effect" = "Allow"
        "Action" = [
          "ec2:RunInstances",
          "ec2:CreateFleet",
        ]
        "Resource" = [
          "arn:${local.partition}:ec2:${local.region}:*:launch-template/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
          }
          "StringLike" = {
            "aws:ResourceTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
      {
        "Sid" = "AllowScopedEC2InstanceActionsWithTags"
        "Effect" = "Allow"
        "Action" = [
          "ec2:RunInstances",
          "ec2:CreateFleet",
          "ec2:CreateLaunchTemplate",
        ]
        "Resource" = [
          "arn:${local.partition}:ec2:${local.region}:*:fleet/*",
          "arn:${local.partition}:ec2:${local.region}:*:instance/*",
          "arn:${local.partition}:ec2:${local.region}:*:volume/*",
          "arn:${local.partition}:ec2:${local.region}:*:network-interface/*",
          "arn:${local.partition}:ec2:${local.region}:*:launch-template/*",
          "arn:${local.partition}:ec2:${local.region}:*:spot-instances-request/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = "${var.cluster_name}"
          }
          "StringLike" = {
            "aws:RequestTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
      {
        "Sid" = "AllowScopedResourceCreationTagging"
        "Effect" = "Allow"
        "Action" = [
          "ec2:CreateTags",
        ]
        "Resource" = [
          "arn:${local.partition}:ec2:${local.region}:*:fleet/*",
          "arn:${local.partition}:ec2:${local.region}:*:instance/*",
          "arn:${local.partition}:ec2:${local.region}:*:volume/*",
          "arn:${local.partition}:ec2:${local.region}:*:network-interface/*",
          "arn:${local.partition}:ec2:${local.region}:*:launch-template/*",
          "arn:${local.partition}:ec2:${local.region}:*:spot-instances-request/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = "${var.cluster_name}"
            "ec2:CreateAction" = [
              "RunInstances",
              "CreateFleet",
              "CreateLaunchTemplate",
            ]
          }
          "StringLike" = {
            "aws:RequestTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
      {
        "Sid" = "AllowScopedResourceTagging"
        "Effect" = "Allow"
        "Action" = [
          "ec2:CreateTags",
        ]
        "Resource" = [
          "arn:${local.partition}:ec2:${local.region}:*:instance/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
          }
          "StringLike" = {
            "aws:ResourceTag/karpenter.sh/nodepool" = "*"
          }
          "StringEqualsIfExists" = {
            "aws:RequestTag/eks:eks-cluster-name" = "${var.cluster_name}"
          }
          "ForAllValues:StringEquals" = {
            "aws:TagKeys" = [
              "eks:eks-cluster-name",
              "karpenter.sh/nodeclaim",
              "Name",
            ]
          }
        }
      },
      {
        "Sid" = "AllowScopedDeletion"
        "Effect" = "Allow"
        "Action" = [
          "ec2:TerminateInstances",
          "ec2:DeleteLaunchTemplate",
        ]
        "Resource" = [
          "arn:${local.partition}:ec2:${local.region}:*:instance/*",
          "arn:${local.partition}:ec2:${local.region}:*:launch-template/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
          }
          "StringLike" = {
            "aws:ResourceTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
    ]
    IAMIntegration = [
      {
        "Sid" = "AllowPassingInstanceRole"
        "Effect" = "Allow"
        "Action" = [
          "iam:PassRole",
        ]
        "Resource" = [
          "arn:${local.partition}:iam::${local.account}:role/KarpenterNodeRole-${var.cluster_name}",
        ]
        "Condition" = {
          "StringEquals" = {
            "iam:PassedToService" = [
              "ec2.amazonaws.com",
              "ec2.amazonaws.com.cn",
            ]
          }
        }
      },
      {
        "Sid" = "AllowScopedInstanceProfileCreationActions"
        "Effect" = "Allow"
        "Action" = [
          "iam:CreateInstanceProfile",
        ]
        "Resource" = [
          "arn:${local.partition}:iam::${local.account}:instance-profile/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = "${var.cluster_name}"
            "aws:RequestTag/topology.kubernetes.io/region" = "${local.region}"
          }
          "StringLike" = {
            "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass" = "*"
          }
        }
      },
      {
        "Sid" = "AllowScopedInstanceProfileTagActions"
        "Effect" = "Allow"
        "Action" = [
          "iam:TagInstanceProfile",
        ]
        "Resource" = [
          "arn:${local.partition}:iam::${local.account}:instance-profile/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = "${var.cluster_name}"
            "aws:RequestTag/topology.kubernetes.io/region" = "${local.region}"
            ("aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
            "aws:ResourceTag/topology.kubernetes.io/region" = "${local.region}"
          }
          "StringLike" = {
            "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass" = "*"
            "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass" = "*"
          }
        }
      },
      {
        "Sid" = "AllowScopedInstanceProfileActions"
        "Effect" = "Allow"
        "Action" = [
          "iam:AddRoleToInstanceProfile",
          "iam:RemoveRoleFromInstanceProfile",
          "iam:DeleteInstanceProfile",
        ]
        "Resource" = [
          "arn:${local.partition}:iam::${local.account}:instance-profile/*",
        ]
        "Condition" = {
          "StringEquals" = {
            ("aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}") = "owned"
            "aws:ResourceTag/topology.kubernetes.io/region" = "${local.region}"
          }
          "StringLike" = {
            "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass" = "*"
          }
        }
      },
    ]
    EKSIntegration = [
      {
        "Sid" = "AllowAPIServerEndpointDiscovery"
        "Effect" = "Allow"
        "Action" = [
          "eks:DescribeCluster",
        ]
        "Resource" = [
          "arn:${local.partition}:eks:${local.region}:${local.account}:cluster/${var.cluster_name}",
        ]
      },
    ]
    Interruption = [
      {
        "Sid" = "AllowInterruptionQueueActions"
        "Effect" = "Allow"
        "Action" = [
          "sqs:DeleteMessage",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
        ]
        "Resource" = [
          aws_sqs_queue.interruption.arn,
        ]
      },
    ]
    ZonalShift = [
      {
        "Sid" = "AllowZonalShiftStatusReadOnly"
        "Effect" = "Allow"
        "Action" = [
          "arc-zonal-shift:GetManagedResource",
        ]
        "Resource" = [
          "*",
        ]
        "Condition" = {
          "StringEquals" = {
            "arc-zonal-shift:ResourceIdentifier" = "arn:${local.partition}:eks:${local.region}:${local.account}:cluster/${var.cluster_name}"
          }
        }
      },
    ]
    ResourceDiscovery = [
      {
        "Sid" = "AllowRegionalReadActions"
        "Effect" = "Allow"
        "Action" = [
          "ec2:DescribeCapacityReservations",
          "ec2:DescribeImages",
          "ec2:DescribeInstances",
          "ec2:DescribeInstanceStatus",
          "ec2:DescribeInstanceTypeOfferings",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplates",
          "ec2:DescribePlacementGroups",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSpotPriceHistory",
          "ec2:DescribeSubnets",
        ]
        "Resource" = [
          "*",
        ]
        "Condition" = {
          "StringEquals" = {
            "aws:RequestedRegion" = "${local.region}"
          }
        }
      },
      {
        "Sid" = "AllowSSMReadActions"
        "Effect" = "Allow"
        "Action" = [
          "ssm:GetParameter",
        ]
        "Resource" = [
          "arn:${local.partition}:ssm:${local.region}::parameter/aws/service/*",
        ]
      },
      {
        "Sid" = "AllowPricingReadActions"
        "Effect" = "Allow"
        "Action" = [
          "pricing:GetProducts",
        ]
        "Resource" = [
          "*",
        ]
      },
      {
        "Sid" = "AllowUnscopedInstanceProfileListAction"
        "Effect" = "Allow"
        "Action" = [
          "iam:ListInstanceProfiles",
        ]
        "Resource" = [
          "*",
        ]
      },
      {
        "Sid" = "AllowInstanceProfileReadActions"
        "Effect" = "Allow"
        "Action" = [
          "iam:GetInstanceProfile",
        ]
        "Resource" = [
          "arn:${local.partition}:iam::${local.account}:instance-profile/*",
        ]
      },
    ]
  }
}

resource "aws_iam_role" "node" {
  name = "KarpenterNodeRole-${var.cluster_name}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.${data.aws_partition.here.dns_suffix}" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(["AmazonEKS_CNI_Policy", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"])
  role       = aws_iam_role.node.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value}"
}

resource "aws_sqs_queue" "interruption" {
  name                      = var.cluster_name
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "interruption" {
  queue_url = aws_sqs_queue.interruption.id
  policy = jsonencode({
    Id = "EC2InterruptionPolicy"
    Statement = [
      { Effect = "Allow", Principal = { Service = ["events.amazonaws.com", "sqs.amazonaws.com"] }, Action = "sqs:SendMessage", Resource = aws_sqs_queue.interruption.arn },
      { Sid = "DenyHTTP", Effect = "Deny", Principal = "*", Action = "sqs:*", Resource = aws_sqs_queue.interruption.arn, Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "interruption" {
  for_each      = local.rules
  name          = "${var.cluster_name}-${each.key}"
  event_pattern = jsonencode({ source = [each.value.source], "detail-type" = [each.value.detail] })
}

resource "aws_cloudwatch_event_target" "interruption" {
  for_each  = local.rules
  rule      = aws_cloudwatch_event_rule.interruption[each.key].name
  target_id = "KarpenterInterruptionQueueTarget"
  arn       = aws_sqs_queue.interruption.arn
}

resource "aws_iam_policy" "controller" {
  for_each = local.policies
  name     = "KarpenterController${each.key}Policy-${var.cluster_name}"
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

output "node_role" {
  value = aws_iam_role.node.name
}

output "interruption_queue" {
  value = aws_sqs_queue.interruption.name
}

output "controller_policies" {
  value = [for policy in aws_iam_policy.controller : policy.arn]
}
