using Tenon.Providers.Aws.Sessions;
using Tenon.Providers.Aws.Wire;

namespace Tenon.Providers.Aws.Profiles;

/// <param name="Role">The name of its first role; null when it has none.</param>
public sealed record InstanceProfile(string Name, string? Role);

/// <summary>The operations of IAM that instance profiles need (AWS provider specification §3.5, §9.2).</summary>
public sealed class IamClient(AwsSession session)
{
    private const string Version = "2010-05-08";
    private const string Service = "iam";
    private const int MostPages = 1_000;

    public ValueTask<AwsResult<InstanceProfile>> GetAsync(string name, CancellationToken cancel) =>
        session.QueryAsync(
            Service,
            Form("GetInstanceProfile").Add("InstanceProfileName", name),
            answer =>
            {
                var profile = answer.Of("GetInstanceProfileResult/InstanceProfile");
                return new InstanceProfile(
                    profile.Text("InstanceProfileName") ?? name,
                    profile.Items("Roles").Select(role => role.Text("RoleName")).FirstOrDefault()
                );
            },
            cancel
        );

    public ValueTask<AwsResult<bool>> CreateAsync(
        string name,
        string path,
        ImmutableSortedDictionary<string, string> tags,
        CancellationToken cancel
    ) =>
        Do(
            Form("CreateInstanceProfile")
                .Add("InstanceProfileName", name)
                .Add("Path", path)
                .AddEach("Tags.member", tags, (form, tag) => form.Add("Key", tag.Key).Add("Value", tag.Value)),
            cancel
        );

    public ValueTask<AwsResult<bool>> AddRoleAsync(string name, string role, CancellationToken cancel) =>
        Do(Form("AddRoleToInstanceProfile").Add("InstanceProfileName", name).Add("RoleName", role), cancel);

    public ValueTask<AwsResult<bool>> RemoveRoleAsync(string name, string role, CancellationToken cancel) =>
        Do(Form("RemoveRoleFromInstanceProfile").Add("InstanceProfileName", name).Add("RoleName", role), cancel);

    public ValueTask<AwsResult<bool>> DeleteAsync(string name, CancellationToken cancel) =>
        Do(Form("DeleteInstanceProfile").Add("InstanceProfileName", name), cancel);

    /// <summary>Names of all profiles under a path.</summary>
    public async ValueTask<AwsResult<ImmutableArray<string>>> ListAsync(string pathPrefix, CancellationToken cancel)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        string? marker = null;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await session.QueryAsync(
                Service,
                Form("ListInstanceProfiles").Add("Marker", marker).Add("PathPrefix", pathPrefix),
                xml =>
                {
                    var result = xml.Of("ListInstanceProfilesResult");
                    names.AddRange(result.Items("InstanceProfiles").Select(it => it.Text("InstanceProfileName") ?? ""));
                    return result.Flag("IsTruncated") ? result.Text("Marker") ?? "" : "";
                },
                cancel
            );
            if (!answer.IsOk)
                return answer.Error;
            if (answer.Value.Length == 0)
                return names.ToImmutable();
            marker = answer.Value;
        }
        return new AwsError(
            AwsErrorKind.Unreadable,
            "ListInstanceProfiles",
            "",
            $"the list has not ended after {MostPages} pages",
            200
        );
    }

    private ValueTask<AwsResult<bool>> Do(QueryForm form, CancellationToken cancel) =>
        session.QueryAsync(Service, form, _ => true, cancel);

    private static QueryForm Form(string action) => new(action, Version);
}
