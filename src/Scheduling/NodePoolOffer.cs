using System.Collections.Immutable;
using Tenon.Api.Karpenter;
using Tenon.Domain.Catalog;

namespace Tenon.Scheduling;

/// <summary>
/// A pool and what its provider sells to it now. An empty list means the types could not be resolved.
/// </summary>
public sealed record NodePoolOffer(NodePool Pool, ImmutableArray<InstanceType> Types);
