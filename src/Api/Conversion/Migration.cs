using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tenon.Api.Rules;

namespace Tenon.Api.Conversion;

/// <summary>
/// Old manifests into what is served now: <c>karpenter.sh/v1alpha5</c> and <c>v1beta1</c>, and the node classes that go
/// with them, and workloads that speak of their keys. Works on a whole set, because what a pool said about the kubelet
/// moves to its node class. Converting twice changes nothing; what is not ours or not old passes through untouched.
/// </summary>
public static class Migration
{
    public static ConvertedSet Convert(IReadOnlyList<JsonObject> objects, NodeClassDefaults defaultClass)
    {
        var set = new Working(objects, defaultClass);
        for (var i = 0; i < objects.Count; i++)
            set.Convert(i);
        set.MoveKubelets();
        return set.Result();
    }

    private sealed class Working(IReadOnlyList<JsonObject> objects, NodeClassDefaults defaultClass)
    {
        private readonly List<(Edit Edit, int Source)> _edits = [];
        private readonly List<(Edit Pool, JsonObject Reference, JsonObject Kubelet)> _kubelets = [];
        private readonly ImmutableArray<ConversionFault>.Builder _faults =
            ImmutableArray.CreateBuilder<ConversionFault>();

        public void Convert(int source)
        {
            var edit = new Edit(objects[source]);
            try
            {
                var made = Convert(edit);
                _edits.Add((edit, source));
                if (made is not null)
                    _edits.Add((made, -1));
            }
            catch (ConversionException refused)
            {
                _faults.Add(new ConversionFault(source, refused.Path, refused.Message));
            }
        }

        /// <summary>Rewrites one object; gives an object that had to be made beside it, if any.</summary>
        private Edit? Convert(Edit edit)
        {
            var (version, kind) = (Edit.Text(edit.Root, "apiVersion"), Edit.Text(edit.Root, "kind"));
            Edit? made = null;
            if (version == ProvisionerConversion.OldVersion && kind == "Provisioner")
            {
                ProvisionerConversion.Provisioner(edit, out var provider);
                if (provider is not null)
                    made = InlineClass(edit, provider);
                (version, kind) = (NodePoolConversion.OldVersion, "NodePool");
            }
            if (version == ProvisionerConversion.OldVersion && kind == "Machine")
            {
                ProvisionerConversion.Machine(edit);
                (version, kind) = (NodePoolConversion.OldVersion, "NodeClaim");
            }
            switch (version, kind)
            {
                case (NodePoolConversion.OldVersion, "NodePool"):
                    NodePoolConversion.Pool(edit, defaultClass, out var kubelet);
                    Remember(edit, edit.Map("spec", "template", "spec", "nodeClassRef"), kubelet);
                    break;
                case (NodePoolConversion.OldVersion, "NodeClaim"):
                    NodePoolConversion.Claim(edit, defaultClass, ExpiryOfPool(edit), out _);
                    break;
                case (NodeClassConversion.OldAws, "EC2NodeClass"):
                    NodeClassConversion.Aws(edit);
                    break;
                case (NodeClassConversion.OldestAws, "AWSNodeTemplate"):
                    NodeTemplateConversion.Template(edit);
                    NodeClassConversion.Aws(edit);
                    break;
                case (NodeClassConversion.OldAzure, "AKSNodeClass"):
                    NodeClassConversion.Azure(edit);
                    break;
                default:
                    WorkloadConversion.Workload(edit);
                    break;
            }
            return made;
        }

        private static Edit InlineClass(Edit pool, JsonObject provider)
        {
            var name =
                Edit.Text(pool.Map("metadata"), "name") ?? throw new ConversionException("metadata.name", "is missing");
            var made = new Edit(
                new JsonObject
                {
                    ["apiVersion"] = NodeClassConversion.OldestAws,
                    ["kind"] = "AWSNodeTemplate",
                    ["metadata"] = new JsonObject { ["name"] = name },
                    ["spec"] = provider.DeepClone(),
                }
            );
            made.Note("", $"was spec.provider of the Provisioner {name}");
            NodeTemplateConversion.Template(made);
            NodeClassConversion.Aws(made);
            return made;
        }

        private void Remember(Edit pool, JsonObject? reference, JsonObject? kubelet)
        {
            if (reference is not null && kubelet is not null)
                _kubelets.Add((pool, reference, kubelet));
        }

        /// <summary>The claim's pool, when it is among the given objects.</summary>
        private string? ExpiryOfPool(Edit claim)
        {
            var name = Edit.Text(claim.Map("metadata", "labels"), Names.WellKnownLabels.NodePool);
            foreach (var pool in objects)
                if (
                    Edit.Text(pool, "kind") == "NodePool"
                    && Edit.Text(pool["metadata"] as JsonObject, "name") == name
                    && name is not null
                )
                    return Edit.Text((pool["spec"] as JsonObject)?["disruption"] as JsonObject, "expireAfter")
                        ?? Edit.Text(
                            ((pool["spec"] as JsonObject)?["template"] as JsonObject)?["spec"] as JsonObject,
                            "expireAfter"
                        );
            return null;
        }

        /// <summary>
        /// Pools that agree share their class; the first opinion stays with the class itself when every pool of the
        /// class holds it, and each other one gets a copy of the class under a name of its own.
        /// </summary>
        public void MoveKubelets()
        {
            foreach (
                var sharing in _kubelets
                    .GroupBy(each => (Edit.Text(each.Reference, "kind"), Edit.Text(each.Reference, "name")))
                    .ToList()
            )
            {
                var owner = _edits.FindIndex(each => IsClass(each.Edit.Root, sharing.Key));
                if (owner < 0)
                {
                    foreach (var (pool, _, kubelet) in sharing)
                        Keep(pool, kubelet, sharing.Key.Item2);
                    continue;
                }
                var nodeClass = _edits[owner].Edit;
                var opinions = sharing.GroupBy(each => Canonical(each.Kubelet)).ToList();
                var users = _edits.Count(each => Refers(each.Edit.Root, sharing.Key));
                var isShared = opinions.Count > 1 || users > sharing.Count();
                foreach (var opinion in opinions)
                {
                    if (!isShared)
                        Give(nodeClass, opinion.First().Kubelet);
                    else
                        Clone(owner, nodeClass, opinion.Key, opinion.ToList());
                }
            }
        }

        private void Clone(
            int owner,
            Edit nodeClass,
            string opinion,
            List<(Edit Pool, JsonObject Reference, JsonObject Kubelet)> pools
        )
        {
            var name =
                $"{Edit.Text(nodeClass.Map("metadata"), "name")}-{(StructHash.Text(opinion) & 0xFFFFFFFF).ToString("x8", CultureInfo.InvariantCulture)}";
            var copy = new Edit(nodeClass.Root);
            copy.MapOrNew("metadata")["name"] = name;
            foreach (
                var field in (ReadOnlySpan<string>)
                    ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"]
            )
                copy.Map("metadata")!.Remove(field);
            copy.Root.Remove("status");
            copy.Note("", "a copy, because the pools that share the class say different things about the kubelet");
            Give(copy, pools[0].Kubelet);
            _edits.Insert(owner + 1, (copy, -1));
            foreach (var (pool, reference, _) in pools)
            {
                reference["name"] = name;
                pool.Note("spec.template.spec.nodeClassRef.name", "the class with this pool's kubelet settings");
            }
        }

        private static void Give(Edit nodeClass, JsonObject kubelet)
        {
            var spec = nodeClass.MapOrNew("spec");
            if (spec["kubelet"] is not JsonObject existing)
                spec["kubelet"] = existing = [];
            foreach (var (field, value) in kubelet)
                existing[field] = value?.DeepClone();
            nodeClass.Note("spec.kubelet", "moved here from the NodePool");
        }

        /// <summary>
        /// The class is not among the given objects: the annotation that release 1.0 understood keeps the settings.
        /// </summary>
        private static void Keep(Edit pool, JsonObject kubelet, string? className)
        {
            pool.MapOrNew("metadata", "annotations")[Names.Annotations.KubeletConversion] = kubelet.ToJsonString();
            pool.Note(
                "metadata.annotations",
                $"the node class {className} is not here to take the kubelet settings: convert it together with its pools"
            );
        }

        private static bool IsClass(JsonObject root, (string? Kind, string? Name) wanted) =>
            Edit.Text(root, "kind") == wanted.Kind && Edit.Text(root["metadata"] as JsonObject, "name") == wanted.Name;

        private static bool Refers(JsonObject root, (string? Kind, string? Name) wanted) =>
            Edit.Text(root, "kind") == "NodePool"
            && ((root["spec"] as JsonObject)?["template"] as JsonObject)?["spec"] is JsonObject spec
            && spec["nodeClassRef"] is JsonObject reference
            && Edit.Text(reference, "kind") == wanted.Kind
            && Edit.Text(reference, "name") == wanted.Name;

        private static string Canonical(JsonObject map) =>
            new JsonObject(
                map.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
            ).ToJsonString();

        public ConvertedSet Result() =>
            new(
                [.. _edits.Select(each => new ConvertedObject(each.Edit.Root, each.Source, each.Edit.Notes))],
                _faults.ToImmutable()
            );
    }
}
